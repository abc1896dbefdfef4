"""The tool that runs ruff over Python files, with the repository's own rules where it has some."""

from collections.abc import Iterable, Sequence

from pydantic import Field

from agents.code.outlines import MAX_BYTES
from agents.surveys.ledger import Ledger
from agents.surveys.lint import MAX_FILES, finding_of, is_configured, is_inside, run_ruff
from agents.surveys.notes import Notes
from agents.tools.excerpt import clip_lines
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.tree import Tree, tree_of
from agents.tools.workplace import Workplace

MAX_FINDINGS = 100


class Lint(Arguments):
    """Check Python files, or folders of them, with ruff."""

    paths: list[str] = Field(default=["."])


async def _lint(workplace: Workplace, arguments: Lint) -> Result:
    tree = await tree_of(workplace)
    names = [name for name in _named(tree, arguments.paths) if _is_readable(tree, name)]
    if not names:
        return Result("there is no Python file here", exit_code=1)
    check = await run_ruff(Notes(tree, Ledger("lint")), names[:MAX_FILES])
    if not isinstance(check.data, list):
        return Result(f"ruff gave no answer: {check.ran.output}", check.ran.exit_code or 1)
    findings = [finding_of(hit, tree) for hit in check.data]
    rules = "the repository's own rules" if is_configured(tree) else "rules F and E9"
    looked = f"{min(len(names), MAX_FILES):,} of {len(names):,} files, {rules}"
    if not findings:
        return Result(f"nothing found in {looked}", seconds=check.ran.seconds)
    lines = [f"{f.path}:{f.line}: {f.rule} {f.message}" for f in findings]
    room = workplace.budget_chars - len(looked) - 30
    text = clip_lines(lines, room, len(lines), "give fewer paths")
    shown = tuple(findings[:MAX_FINDINGS])
    return Result(f"{len(findings):,} found in {looked}:\n{text}", 1, check.ran.seconds, shown)


def _named(tree: Tree, paths: Sequence[str]) -> Iterable[str]:
    """The Python files among the paths and below them, each once."""
    wanted = {tree.workplace.name(tree.workplace.resolve(path)) for path in paths}
    for name in tree.named("*.py", "*.pyi"):
        folders = {".", *(name[:i] for i, c in enumerate(name) if c == "/")}
        if name in wanted or folders & wanted:
            yield name


def _is_readable(tree: Tree, name: str) -> bool:
    return is_inside(tree, name) and tree.text(name, MAX_BYTES) is not None


LINT = Tool("lint", Kind.READ, Lint, _lint, touches=lambda arguments: arguments.paths)
