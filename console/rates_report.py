"""The rates of `cadre models bench` for a person: on what, and a line for each concurrency."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from console.clean import one_line
from console.words import count, size
from models.rates import Rates, Spread
from models.rates.rates import Rate

NO_LIMIT = "no limit is told: accelerators hold a part of the model, and their memory is not timed"


def show_rates(out: Console, rates: Rates) -> None:
    """What was measured on what, and the table; each rate with its lowest and highest."""
    out.print(Text(one_line(rates.model.file), "bold"), soft_wrap=True)
    facts = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    facts.add_column(no_wrap=True)
    facts.add_column(overflow="fold")
    for name, text in _facts(rates):
        facts.add_row(Text(name), Text(one_line(text)))
    out.print(facts)
    out.print()
    if rates.rates:
        out.print(_table(rates))


def _facts(rates: Rates) -> Iterator[tuple[str, str]]:
    model, machine, work = rates.model, rates.machine, rates.work
    of_file = f", {size(model.file_bytes)}" if model.file_bytes else ""
    active = f", {model.active_parameters:,} active" if _is_mixture(rates) else ""
    yield "model", f"{model.quantization}{of_file}, {model.parameters:,} parameters{active}"
    load = "" if machine.load is None else f"; load {machine.load:g} before"
    cores = count(machine.cores, "core")
    yield "machine", f"{machine.processor}, {cores}, {count(rates.threads, 'thread')}{load}"
    devices = "".join(f"; {device}" for device in machine.accelerators)
    build = f"llama-cpp-python {machine.llama_cpp_python}, {', '.join(machine.backends)}"
    yield "build", f"{build}{devices}"
    rounds = count(work.rounds, "round")
    yield "work", f"prompts of {work.prompt:,} tokens, answers of {work.new:,}; {rounds}"
    warm = rates.warm_up_seconds
    first = "" if warm is None else f", then {warm:.2f} s to the first token of all"
    yield "load", f"{rates.load_seconds:.2f} s{first}"
    if rates.bandwidth is not None:
        yield "memory", f"{_spread(rates.bandwidth, 1e9)} GB/s; {_reads(rates)}"


def _reads(rates: Rates) -> str:
    if all(rate.decode_limit is None for rate in rates.rates):
        return NO_LIMIT
    return f"a token alone reads {size(rates.rates[0].step_bytes)}"


def _is_mixture(rates: Rates) -> bool:
    return rates.model.active_parameters != rates.model.parameters


def _table(rates: Rates) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("at once", "first token\nseconds", "prefill\ntokens/s", "decode\ntokens/s"):
        table.add_column(title, header_style="bold", no_wrap=True, justify="right")
    if any(rate.decode_limit for rate in rates.rates):
        for title in ("limit\ntokens/s", "of it"):
            table.add_column(title, header_style="bold", no_wrap=True, justify="right")
    for rate in rates.rates:
        table.add_row(str(rate.concurrency), *_cells(rate))
    return table


def _cells(rate: Rate) -> Iterator[str]:
    for spread in (rate.first_token_seconds, rate.prefill, rate.decode):
        yield "–" if spread is None else _spread(spread)
    limit, decode = rate.decode_limit, rate.decode
    if limit:
        yield _number(limit)
        yield "–" if decode is None else f"{decode.median / limit:.0%}"


def _spread(spread: Spread, unit: float = 1.0) -> str:
    """`105 (98.2–107)`: the middle, then the lowest and the highest."""
    middle, low, high = (_number(n / unit) for n in (spread.median, spread.lowest, spread.highest))
    return f"{middle} ({low}–{high})"


def _number(number: float) -> str:
    """Three digits that count, and no powers of ten."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"
