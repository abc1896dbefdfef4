"""`cadre models fit`: where the team's models stand, on this machine or on a described one."""

from __future__ import annotations

import asyncio
import json as jsonlib
from collections.abc import Sequence
from pathlib import Path

from agents.roster import Member, resolve
from agents.settings import Settings, load
from agents.tools.process import CommandRunner, Processes
from console.exits import Exit
from console.fit_report import as_json, show_plan
from console.model_commands.cards import cards
from console.team import known_root
from console.terminal import Terminal, this_terminal, write
from models.catalogue import free_memory, parse_amount
from models.cores import physical_cores
from models.errors import ModelError, UsageError
from models.fit import (
    Blueprint,
    Calibration,
    Candidate,
    Demand,
    Difference,
    Machine,
    blueprint,
    kv_possible,
    plan,
    predict,
)
from models.loading import KvType
from models.reference import Source, parse_reference, path_of

KEPT = "fit.json"
"""In the state folder: how far predictions were from llama.cpp's own figures."""
_MOST_REQUESTS = 64


def fit_team(
    *,
    context: int | None = None,
    concurrency: int | None = None,
    kv: KvType | None = None,
    vram: str | None = None,
    ram: str | None = None,
    swap: bool = False,
    check: bool = False,
    repo: Path = Path(),
    json: bool = False,
    run: CommandRunner | None = None,
) -> Exit:
    """The roster placed, with predicted bytes for each device; nothing is loaded.

    Without `vram` and `ram` on this machine as it is now; with one of them, the other is none of
    it but what this machine has free. With `swap` models take turns rather than that roles share
    one. `check` asks llama.cpp for each model what it would allocate.
    """
    terminal, settings = this_terminal(), load(known_root(repo))
    demand = _demand(settings, context, concurrency, kv)
    candidates = _candidates(resolve(settings))
    if context is not None:
        _check_trained(candidates, context)
    _check_kv(candidates, demand.kv)
    kept = settings.state_dir / KEPT
    calibration = Calibration.read(kept)
    if check:
        calibration = _checked(terminal, calibration, candidates, demand)
        calibration.write(kept)
    machine = _machine(terminal, vram, ram, run or Processes(), settings.workers)
    found = plan(candidates, demand, machine, calibration.spare, swap=swap)
    threads = settings.threads or physical_cores()
    if json:
        write(terminal.out, jsonlib.dumps(as_json(found, threads)) + "\n")
    else:
        show_plan(terminal, found, threads)
    return Exit.DONE


def _demand(
    settings: Settings, context: int | None, concurrency: int | None, kv: KvType | None
) -> Demand:
    tokens = settings.context_tokens if context is None else context
    requests = settings.max_agents if concurrency is None else concurrency
    if tokens < 1:
        raise UsageError(f"--context cannot be {tokens}", "such as: --context 32768")
    if not 1 <= requests <= _MOST_REQUESTS:
        raise UsageError(
            f"--concurrency cannot be {requests}", f"a number from 1 to {_MOST_REQUESTS}"
        )
    loading = settings.loading
    flash = loading.flash_attention is not False
    if kv == "q8_0" and not flash:
        raise UsageError("--kv q8_0 needs flash attention", "unset loading.flash_attention")
    return Demand(tokens, requests, kv or loading.kv_type_k, flash)


def _candidates(members: Sequence[Member]) -> list[Candidate]:
    """Each file once, the coordinator's first, with every role that uses it."""
    roles: dict[Path, list[str]] = {}
    named: dict[Path, str] = {}
    for member in members:
        for text in member.models:
            reference = parse_reference(text)
            if reference.source in {Source.SCRIPTED, Source.ENDPOINT}:
                continue
            path = path_of(reference)
            key = path.resolve()
            named.setdefault(key, text)
            roles.setdefault(key, []).append(member.role.value)
    if not roles:
        raise ModelError(
            "the roster has no model that needs memory",
            "name one, such as: CADRE_MODEL=embedded cadre models fit",
        )
    return [
        Candidate(named[path], tuple(dict.fromkeys(of)), _drawn(named[path]))
        for path, of in roles.items()
    ]


def _drawn(reference: str) -> Blueprint:
    return blueprint(path_of(parse_reference(reference)))


def _check_trained(candidates: Sequence[Candidate], context: int) -> None:
    """A context that was typed must not be more than any model has."""
    for one in candidates:
        trained = one.blueprint.dimensions.context
        if trained and context > trained:
            raise ModelError(
                f"{one.reference} was trained for {trained:,} tokens, not for {context:,}",
                f"ask for what it has: --context {trained}",
            )


def _check_kv(candidates: Sequence[Candidate], kv: KvType) -> None:
    """What keys and values are to be kept in must suit every model's heads."""
    for one in candidates:
        if not kv_possible(one.blueprint, kv):
            raise ModelError(
                f"{one.reference} cannot keep keys and values in {kv}: its heads of"
                f" {one.blueprint.dimensions.key_length} values are no whole blocks",
                "keep them in F16: --kv f16",
            )


def _machine(
    terminal: Terminal,
    vram: str | None,
    ram: str | None,
    run: CommandRunner,
    workers: Sequence[str],
) -> Machine:
    if vram is None and ram is None:
        found = asyncio.run(cards(terminal, run, workers))
        return Machine.with_cards(free_memory(), found)
    sizes = [parse_amount(card, "--vram") for card in (vram or "").split(",") if card.strip()]
    if ram is not None:
        return Machine.of_size(parse_amount(ram, "--ram"), sizes)
    return Machine(free_memory(), Machine.of_size(0, sizes).accelerators)


def _checked(
    terminal: Terminal, calibration: Calibration, candidates: Sequence[Candidate], demand: Demand
) -> Calibration:
    """What llama.cpp says of each model, beside what was predicted of it, all in memory."""
    from models.llama.reported import reported
    from models.loading import Loading

    for one in candidates:
        path = path_of(parse_reference(one.reference))
        serving = demand.serving(one.blueprint)
        told = reported(path, serving, Loading(gpu_layers=0)).in_memory
        predicted = predict(one.blueprint, serving)[0].total
        difference = Difference(file=path.name, predicted=predicted, reported=told)
        terminal.tell(
            f"{path.name}: llama.cpp reports {told:,} bytes, {predicted:,} were predicted"
            f" ({difference.excess:+.2%})",
            "dim",
        )
        calibration = calibration.plus(difference)
    return calibration
