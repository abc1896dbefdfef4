"""The command line of `python -m benchmarks`."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.peers import binary
from benchmarks.smollm2 import smollm2_path
from models.cores import physical_cores
from models.errors import CadreError
from models.header import check_header

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Arguments:
    """What to measure, on what, and where to write it."""

    names: tuple[str, ...]
    bench: Bench
    json: Path | None


def parse(argv: Sequence[str], names: Collection[str]) -> Arguments:
    """Read `argv`; `names` are the measurements, of which `--only` takes some.

    A part of the measurements goes to a file only where one is named: it is no whole result.
    """
    parser = _parser(names)
    given = parser.parse_args(argv)
    try:
        check_header(given.model or smollm2_path())
        if given.peers is not None:
            binary(given.peers, "llama-server")
    except (CadreError, OSError) as error:
        parser.error(str(error))
    bench = Bench(
        model=given.model or smollm2_path(),
        threads=given.threads or physical_cores(),
        gpu_layers=given.gpu_layers,
        rounds=given.rounds,
        peers=given.peers,
    )
    whole = None if given.only else RESULTS
    return Arguments(tuple(given.only or names), bench, given.json or whole)


def _parser(names: Collection[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=names, help="may be repeated")
    parser.add_argument("--model", type=Path, metavar="GGUF", help="default: SmolLM2-135M")
    parser.add_argument("--threads", type=_positive, metavar="N", help="default: physical cores")
    parser.add_argument("--gpu-layers", type=int, metavar="N", help="default: all that fit")
    parser.add_argument("--rounds", type=_positive, default=3, metavar="N", help="default: 3")
    parser.add_argument(
        "--peers", type=_folder, metavar="FOLDER", help="holds llama-server and llama-bench"
    )
    parser.add_argument("--json", type=_writable, metavar="FILE", help="where the result goes")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be positive")
    return number


def _writable(text: str) -> Path:
    """Tried now: nobody wants to lose what was measured for a quarter of an hour."""
    try:
        Path(text).open("a").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot write {text}: {error.strerror}") from error
    return Path(text)


def _folder(text: str) -> Path | None:
    if text == "none":
        return None
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no folder")
    return Path(text)
