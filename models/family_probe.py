"""Which family serves a file, as JSON: `python -m models.family_probe FILE [FAMILY]`.

A program of its own, for `cadre doctor`: a file that llama.cpp cannot bear ends this process alone.
"""

import argparse
import json
import sys
from contextlib import closing
from pathlib import Path

from models.errors import CadreError
from models.families import family_for
from models.header import check_header
from models.llama import Weights
from models.vocabulary import Vocabulary


def main(path: str, wanted: str | None = None) -> None:
    """Print `{"family": ..., "note": ...}`, or `{"error": ..., "hint": ...}`."""
    try:
        check_header(Path(path))
        with closing(Weights(Path(path), vocabulary_only=True)) as weights:
            family = family_for(weights, Vocabulary(weights), wanted)
            told = {"family": family.name, "note": family.note}
    except CadreError as error:
        told = {"error": error.message, "hint": error.hint}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m models.family_probe")
    parser.add_argument("file")
    parser.add_argument("family", nargs="?")
    given = parser.parse_args()
    main(given.file, given.family)
