"""The loss curve as an SVG, from the numbers that the training wrote."""

from pathlib import Path

WIDTH, HEIGHT, EDGE = 720, 320, 48


def draw(losses: Path, picture: Path) -> None:
    """One line: loss over steps, on a scale from 0 to the first tenth's highest."""
    points = [tuple(map(float, line.split("\t"))) for line in losses.read_text().splitlines()]
    if len(points) < 2:
        return
    steps, highest = points[-1][0], max(loss for _, loss, _ in points[1:])

    def x(step: float) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * step / steps

    def y(loss: float) -> float:
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * min(loss, highest) / highest

    line = " ".join(f"{x(step):.1f},{y(loss):.1f}" for step, loss, _ in points)
    marks = [n * highest / 4 for n in range(5)]
    rules = "".join(
        f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{y(m):.1f}" y2="{y(m):.1f}" class="rule"/>'
        f'<text x="{EDGE - 6}" y="{y(m) + 4:.1f}" text-anchor="end">{m:.2f}</text>'
        for m in marks
    )
    picture.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        "<title>Training loss over steps</title><style>text{font:12px sans-serif;fill:#777}"
        ".rule{stroke:#8884}polyline{fill:none;stroke:#2a78d6;stroke-width:1.5}</style>"
        f'{rules}<polyline points="{line}"/>'
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
        f"step, 1 to {steps:.0f}</text>"
        f'<text x="{EDGE}" y="20">loss of the tokens that the model must write</text></svg>\n'
    )
