"""The measurements by name, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from benchmarks import (
    agreement,
    arrival,
    command,
    conversation,
    crowd,
    decode,
    expert_tap,
    grammar,
    llama_bench,
    rendering,
    restored,
    server,
    team,
    token_check,
    triage,
)
from benchmarks.bench import Bench
from benchmarks.claim import Claim

_MEASUREMENTS: dict[str, Callable[[Bench], Iterable[Claim]]] = {
    "team": team.claims,
    "decode": decode.claims,
    "expert-tap": expert_tap.claims,
    "grammar": grammar.claims,
    "token-check": token_check.claims,
    "rendering": rendering.claims,
    "triage": triage.claims,
    "conversation": conversation.claims,
    "restored": restored.claims,
    "crowd": crowd.claims,
    "arrival": arrival.claims,
    "help": command.claims,
    "server": server.claims,
    "agreement": agreement.claims,
    "llama-bench": llama_bench.claims,
}
NAMES = tuple(_MEASUREMENTS)


def measure(name: str, bench: Bench) -> list[Claim]:
    """Run one; those against other programs claim nothing where `bench.peers` is None."""
    return list(_MEASUREMENTS[name](bench))
