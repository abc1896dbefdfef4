"""What it costs to hold an answer to a grammar: the coordinator's plan, as Cadre asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from langchain_core.messages import HumanMessage, SystemMessage

from agents.planner import PLAN_SCHEMA
from benchmarks.asking import ask, decode_rate, request
from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.turns import in_turn
from models.engine import Engine
from models.grammar import schema_grammar
from models.llama import Token
from prompts import Prompt, render

NEW = 160
"""At most so many tokens; either answer may end before."""
REQUEST = "Is this service ready to release? Look over code, tests, pipelines and docs"
OVERVIEW = "A Python service with tests, a pipeline and a README."


def claims(bench: Bench) -> Iterator[Claim]:
    """One claim; both take turns on one engine, which knows the prompt."""
    with bench.engine(parallel=1) as engine:
        _rate(engine, None)
        works = (partial(_rate, engine, gbnf) for gbnf in (schema_grammar(PLAN_SCHEMA), None))
        held, free = in_turn(bench.rounds, *works)
    yield Claim("decode held to a JSON grammar", "free", held, free, "tokens/s", Asked(least=0.85))


def _rate(engine: Engine, gbnf: str | None) -> float:
    one = replace(request(_prompt(engine), tokens=NEW), gbnf=gbnf)
    (usage,) = ask(engine, [one], whole=False)
    return decode_rate(usage)


def _prompt(engine: Engine) -> tuple[Token, ...]:
    asked = render(Prompt.PLAN_REQUEST, overview=OVERVIEW, request=REQUEST)
    messages = [SystemMessage(render(Prompt.PLAN)), HumanMessage(asked)]
    return tuple(engine.vocabulary.tokens(engine.family.render(messages, (), False).segments))
