"""`cadre models advise`: a roster for this machine, or for one that is described."""

from __future__ import annotations

import asyncio
import json as jsonlib
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from agents.roster import resolve
from agents.settings import load
from agents.tools.process import CommandRunner, Processes
from console.exits import Exit
from console.model_commands.cards import cards
from console.team import known_root
from console.terminal import Terminal, this_terminal, write
from console.words import size
from models.catalogue import (
    Advice,
    Advised,
    Choice,
    Machine,
    Place,
    advise,
    free_memory,
    parse_amount,
    reference_to,
)
from models.errors import UsageError

WHERE = {
    "accelerator": "on the accelerator",
    "experts in memory": "its experts in memory, the rest on the accelerator",
    "memory": "in memory",
}


def advise_roster(
    *,
    vram: str | None = None,
    ram: str | None = None,
    context: int | None = None,
    repo: Path = Path(),
    json: bool = False,
    run: CommandRunner | None = None,
) -> Exit:
    """A model for each role, why, and what the next larger and smaller would need.

    Without `vram` and `ram` for this machine as it is now; with one of them, the other is none
    of it but what this machine has free.
    """
    terminal, settings = this_terminal(), load(known_root(repo))
    tokens = settings.context_tokens if context is None else context
    if tokens < 1:
        raise UsageError(f"--context cannot be {tokens}", "such as: --context 32768")
    places = [Place(member.role.value, member.wanted) for member in resolve(settings)]
    machine = _machine(terminal, vram, ram, run or Processes())
    advice = advise(machine, places, tokens)
    if json:
        write(terminal.out, jsonlib.dumps(_object(advice)) + "\n")
    else:
        _show(terminal, advice)
    return Exit.DONE


def _machine(terminal: Terminal, vram: str | None, ram: str | None, run: CommandRunner) -> Machine:
    if vram is None and ram is None:
        vram_free = sum(size for _, size in asyncio.run(cards(terminal, run)))
        taken = vram_free if sys.platform == "darwin" else 0  # one memory for both
        return Machine(max(free_memory() - taken, 0), vram_free)
    accelerators = parse_amount(vram, "--vram") if vram is not None else 0
    if ram is not None:
        return Machine.of_size(parse_amount(ram, "--ram"), accelerators)
    described = Machine.of_size(0, accelerators)
    return Machine(free_memory(), described.vram)


def _show(terminal: Terminal, advice: Advice) -> None:
    out, machine = terminal.out, advice.machine
    of = f"{size(machine.ram)} of memory"
    if machine.vram:
        of = f"{size(machine.vram)} on accelerators and {of}"
    out.print(Text(f"for {advice.context:,} tokens of context in {of}", "dim"), soft_wrap=True)
    for choice in dict.fromkeys(one.choice for one in advice.roles):
        _show_choice(out, advice, choice)
    out.print(Text(f"\nin your config.toml:\n{_toml(advice)}"), soft_wrap=True)
    terminal.tell(
        f"Speeds are reckoned from {machine.ram_speed / 1e9:.0f} GB/s of memory and"
        f" {machine.vram_speed / 1e9:.0f} GB/s of accelerators, which are assumed;"
        " memory for keys and values counts one context in F16.",
        "dim",
    )


def _show_choice(out: Console, advice: Advice, choice: Choice) -> None:
    """A model or a pair, its files, the roles that get it, and its neighbours."""
    roles = [one for one in advice.roles if one.choice == choice]
    title = f"\n{choice.name}, {choice.quantisation}: about {roles[0].pace:.0f} tokens a second"
    out.print(Text(title, "bold"), soft_wrap=True)
    for file in advice.files:
        if file.entry in choice.entries:
            reference = reference_to(file.entry, file.quantisation)
            text = f"  {size(file.need.total)}, {WHERE[file.where]}: cadre models pull {reference}"
            out.print(Text(text), soft_wrap=True)
    for one in roles:
        out.print(Text(f"  {one.role:<14} {one.why}"), soft_wrap=True)
    for title, next_one in (("smaller", roles[0].smaller), ("larger", roles[0].larger)):
        if next_one:
            text = f"  next {title}: {next_one.name}, {size(next_one.bytes)}"
            out.print(Text(text, "dim"), soft_wrap=True)


def _toml(advice: Advice) -> str:
    """The roster as settings: once where all roles have the same, else role by role."""
    same = len({one.choice for one in advice.roles}) == 1
    lines = [f"context_tokens = {advice.context}"]
    for one in advice.roles[:1] if same else advice.roles:
        lines += [] if same else [f"[roles.{one.role}]"]
        lines.append(f'model = "{_reference(one, thinking=False)}"')
        if one.choice.thinking:
            lines.append(f'thinking_model = "{_reference(one, thinking=True)}"')
    split = [f.entry.shape.layers for f in advice.files if f.where == "experts in memory"]
    if split:
        lines += ["[loading]", f"cpu_expert_layers = {max(split)}"]
    return "\n".join(lines)


def _reference(one: Advised, *, thinking: bool) -> str:
    entry = one.choice.thinking if thinking and one.choice.thinking else one.choice.entry
    return reference_to(entry, one.choice.quantisation) or entry.name


def _object(advice: Advice) -> dict[str, Any]:  # Any: JSON
    return {
        "context": advice.context,
        "machine": {"ram_bytes": advice.machine.ram, "vram_bytes": advice.machine.vram},
        "used": {"ram_bytes": advice.ram, "vram_bytes": advice.vram},
        "roles": [_role(one) for one in advice.roles],
        "files": [
            {
                "model": file.entry.name,
                "quantisation": file.quantisation,
                "reference": reference_to(file.entry, file.quantisation),
                "where": file.where,
                "needs_bytes": file.need.total,
                "tokens_a_second": round(file.pace, 1),
            }
            for file in advice.files
        ],
        "config_toml": _toml(advice),
    }


def _role(one: Advised) -> dict[str, Any]:  # Any: JSON
    def beside(larger: bool) -> dict[str, Any] | None:
        neighbour = one.larger if larger else one.smaller
        return {"name": neighbour.name, "needs_bytes": neighbour.bytes} if neighbour else None

    return {
        "role": one.role,
        "model": one.choice.entry.name,
        "thinking_model": one.choice.thinking.name if one.choice.thinking else None,
        "quantisation": one.choice.quantisation,
        "tokens_a_second": round(one.pace, 1),
        "why": one.why,
        "larger": beside(larger=True),
        "smaller": beside(larger=False),
    }
