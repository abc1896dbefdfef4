"""`cadre models bench`: how fast a model is here, beside what the machine's memory allows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from agents.roster import EMBEDDED
from agents.settings import Settings, load
from console.exits import Exit
from console.loading_bar import bar_while_loading
from console.rates_report import show_rates
from console.terminal import Terminal, this_terminal, write
from console.words import count
from models.cores import physical_cores
from models.engine_options import EngineOptions
from models.errors import ModelError, UsageError
from models.inspection import inspect
from models.rates import Rates, Sample, Work, open_bench, rates_of
from models.rates.room import check_memory, check_work
from models.rates.surroundings import surroundings
from models.rates.work import LEAST_NEW, MOST_AT_ONCE
from models.reference import ModelReference, Source, parse_reference, path_of

_MOST_THREADS = 512
"""What ggml takes."""


def bench(
    model: str | None = None,
    *,
    prompt: int = 512,
    new: int = 64,
    concurrency: str = "1,2,4",
    rounds: int = 3,
    threads: int | None = None,
    json: bool = False,
) -> Exit:
    """Load the model, time it, show the rates; Ctrl-C shows what there is by then, and ends 130."""
    work = _work(prompt, new, concurrency, rounds)
    settings, terminal = load(), this_terminal()
    reference = parse_reference(model or settings.model or EMBEDDED)
    rates = _measured(terminal, settings, reference, work, _threads(settings, threads))
    if json:
        write(terminal.out, rates.model_dump_json() + "\n")
    else:
        show_rates(terminal.out, rates)
    if rates.interrupted:
        terminal.tell("stopped: these are not all the rounds")
    return Exit.INTERRUPTED if rates.interrupted else Exit.DONE


def _measured(
    terminal: Terminal, settings: Settings, reference: ModelReference, work: Work, threads: int
) -> Rates:
    path, loading = _file_of(reference), settings.loading
    model = inspect(str(path))
    check_work(work, model)
    machine = surroundings()  # its load is what others made of it
    check_memory(work, model, loading)
    options = EngineOptions(loading=loading, family=settings.families.get(reference.text))
    with (
        bar_while_loading(terminal, path.name) as bar,
        open_bench(
            path, work, options, threads=threads, on_progress=partial(bar, path.name)
        ) as opened,
    ):
        warm_up, samples, interrupted = None, list[Sample](), False
        try:
            warm_up = opened.warm_up()
            samples.extend(opened.samples(partial(_tell_run, terminal, work)))
        except KeyboardInterrupt:
            interrupted = True
        return rates_of(
            reference.text,
            model,
            machine,
            work,
            loading,
            samples,
            threads=threads,
            load_seconds=opened.load_seconds,
            warm_up_seconds=warm_up,
            interrupted=interrupted,
        )


def _tell_run(terminal: Terminal, work: Work, turn: int, sequences: int) -> None:
    requests = count(sequences, "request")
    terminal.tell(f"round {turn} of {work.rounds}: {requests} at once", "dim")


def _file_of(reference: ModelReference) -> Path:
    if reference.source is Source.SCRIPTED:
        raise ModelError(
            f"{reference.text} follows a script, and has no speed", "name a model, such as embedded"
        )
    return path_of(reference)


def _work(prompt: int, new: int, concurrency: str, rounds: int) -> Work:
    for flag, number, least in (("--prompt", prompt, 1), ("--rounds", rounds, 1)):
        if number < least:
            raise UsageError(f"{flag} cannot be {number}", f"at least {least}")
    if new < LEAST_NEW:
        raise UsageError(f"--new cannot be {new}", f"at least {LEAST_NEW}")
    return Work(prompt=prompt, new=new, concurrency=parse_concurrency(concurrency), rounds=rounds)


def parse_concurrency(text: str) -> tuple[int, ...]:
    """`1,2,4` as numbers, each once, the least first; a UsageError says how they are written."""
    parts = [part.strip() for part in text.split(",")]
    right = all(part.isascii() and part.isdecimal() and len(part) < 4 for part in parts)
    numbers = sorted({int(part) for part in parts}) if right else [0]
    if not 1 <= numbers[0] <= numbers[-1] <= MOST_AT_ONCE:
        raise UsageError(
            f"--concurrency cannot be {text!r}",
            f"numbers from 1 to {MOST_AT_ONCE}, such as: --concurrency 1,2,4",
        )
    return tuple(numbers)


def _threads(settings: Settings, typed: int | None) -> int:
    if typed is not None and not 1 <= typed <= _MOST_THREADS:
        raise UsageError(f"--threads cannot be {typed}", f"from 1 to {_MOST_THREADS}")
    return typed or settings.threads or physical_cores()
