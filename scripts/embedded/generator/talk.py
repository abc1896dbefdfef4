"""Questions about Cadre itself, and remarks that ask for nothing, with their answers."""

from generator.dice import Dice
from generator.example import Example, asked
from generator.grammar import Expansion
from generator.lexicon import GRAMMARS
from generator.noise import noisy
from generator.span import text_of


def _read() -> list[tuple[list[str], str]]:
    text = (GRAMMARS / "talk.txt").read_text(encoding="utf-8")
    parts = [part.strip().splitlines() for part in text.split("\n\n") if part.strip()]
    return [(lines[:-1], lines[-1].removeprefix("> ")) for lines in parts]


TALKS = _read()


def talk_example(dice: Dice) -> Example:
    """A question and its answer."""
    questions, answer = dice.pick(TALKS)
    said = "({opener} |||)" + dice.pick(questions) + "(|\\?|!|||)".replace("\\?", "?")
    spans = noisy(Expansion(dice).expand(said), dice)
    return Example(
        "talk",
        asked("talk", text_of(spans)),
        "Not work on the repository, but a word to Cadre.",
        answer,
    )
