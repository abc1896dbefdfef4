"""Writes examples: `python -m generator --seed 1 --count 1000 --out FILE [--kind plan]`."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from generator.dice import Dice
from generator.example import Example, Kind
from generator.plan import plan_example
from generator.report import report_example
from generator.review import review_example
from generator.situations import any_state_example
from generator.talk import talk_example

MAKERS: Mapping[Kind, Callable[[Dice], Example]] = {
    "plan": plan_example,
    "state": any_state_example,
    "review": review_example,
    "report": report_example,
    "talk": talk_example,
}
SHARES: dict[Kind, float] = {"plan": 58, "state": 30, "review": 4, "report": 4, "talk": 4}


def main() -> None:
    """Parse, make, write."""
    parser = argparse.ArgumentParser(prog="generator", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kind", choices=list(MAKERS))
    asked = parser.parse_args()
    with asked.out.open("w", encoding="utf-8") as file:
        for number in range(asked.count):
            file.write(example(asked.seed, number, asked.kind).line() + "\n")


def example(seed: int, number: int, kind: Kind | None = None) -> Example:
    """The example of that number; it depends on nothing else, so a run can go on anywhere."""
    dice = Dice(f"{seed}/{number}")
    drawn = dice.weighted(SHARES)
    return MAKERS[kind or drawn](dice)


if __name__ == "__main__":
    main()
