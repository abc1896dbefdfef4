"""What text costs beside a model: rendering a conversation, and reading calls from an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.turns import in_turn
from models.calls import HERMES, XML, CallFormat
from models.families.qwen3 import Qwen3

TURNS = 20
REPEATED = 20
PROMPT, STEPS = 16, 64
TOOLS: Sequence[dict[str, Any]] = [  # Any: JSON schemas
    {
        "type": "function",
        "function": {
            "name": name,
            "description": "Look at a part of the repository and say what is in it.",
            "parameters": {
                "type": "object",
                "properties": {key: {"type": "string"} for key in ("path", "pattern", "glob")},
                "required": ["path"],
            },
        },
    }
    for name in ("read", "search", "list", "run", "history", "write")
]
ARGUMENTS = {"path": "tests/unit/test_server.py", "pattern": "def test_", "glob": "*.py"}
ANSWERS: dict[CallFormat, str] = {
    HERMES: '{"name": "search", "arguments": '
    '{"path": "tests/unit/test_server.py", "pattern": "def test_", "glob": "*.py"}}',
    XML: "<function=search>\n"
    + "".join(f"<parameter={key}>\n{value}\n</parameter>\n" for key, value in ARGUMENTS.items())
    + "</function>",
}
"""The same call in both formats."""


def claims(bench: Bench) -> Iterator[Claim]:
    """In milliseconds, rendering and each format of calls; then what stable prompts spare."""
    against = f"one decode step of {bench.model.stem}"
    works: dict[str, Callable[[], float]] = {
        f"render {TURNS} turns with {len(TOOLS)} tools, a token of {STEPS} answered": _render,
        **{f"read one token of a call in {form.name}": partial(_read, form) for form in ANSWERS},
    }
    *figures, steps = in_turn(bench.rounds, *works.values(), partial(_step, bench))
    for work, figure in zip(works, figures, strict=True):
        yield Claim(work, against, figure, steps, "ms", Asked(most=0.02))
    work = "a prompt's characters that are new when the user speaks after steps, stable mode"
    stable, default = (_new(stable=stable) for stable in (True, False))
    yield Claim(work, "default mode", (stable,), (default,), "characters", Asked(most=0.5))


def _new(*, stable: bool) -> float:
    """Of the prompt after five steps that thought, what does not stand in the prompt before."""
    call = {"name": "search", "args": ARGUMENTS, "id": "1"}
    thought = {"type": "reasoning", "reasoning": "The server has tests, and I look at them. " * 10}
    steps: list[BaseMessage] = [HumanMessage("What do the tests say?")]
    for _ in range(5):
        steps += [
            AIMessage([thought], tool_calls=[call]),
            ToolMessage("2 failed", tool_call_id="1"),
        ]
    said = [*steps, AIMessage("Two fail."), HumanMessage("Which?")]
    before, after = (
        Qwen3().render(each, TOOLS, None, stable=stable).text for each in (steps, said)
    )
    pairs = enumerate(zip(before, after, strict=False))
    return float(len(after) - next((at for at, (a, b) in pairs if a != b), len(before)))


def _render() -> float:
    """Spread over the tokens of an answer, since a call renders once."""
    family, messages = Qwen3(), _conversation()
    return _milliseconds(lambda: family.render(messages, TOOLS, None)) / REPEATED / STEPS


def _read(form: CallFormat) -> float:
    """The mean over an answer of text, two calls and text, some four characters a token."""
    call = f"\n{form.opens}\n{ANSWERS[form]}\n</tool_call>"
    answer = "I look at the tests first, and then at the server." + 2 * call
    tokens = [answer[at : at + 4] for at in range(0, len(answer), 4)]

    def read() -> None:
        parser = form.parser(TOOLS)
        for token in tokens:
            list(parser.feed(token))
        list(parser.close())
        if parser.calls != 2:
            raise RuntimeError(f"{parser.calls} of two calls were read")

    return _milliseconds(read) / REPEATED / len(tokens)


def _step(bench: Bench) -> float:
    with bench.raw(lanes=1) as raw:
        first = raw.prefill(bench.text(PROMPT, start=0))
        return 1000 * raw.decode([first], [PROMPT], STEPS) / STEPS


def _milliseconds(work: Callable[[], object]) -> float:
    """Of all repetitions together."""
    began = time.perf_counter()
    for _ in range(REPEATED):
        work()
    return 1000 * (time.perf_counter() - began)


def _conversation() -> list[BaseMessage]:
    """Questions, steps with calls and results, answers."""
    messages: list[BaseMessage] = [SystemMessage("You look after a repository. " * 20)]
    for turn in range(TURNS // 4):
        call = {"name": "search", "args": ARGUMENTS, "id": str(turn)}
        messages += [
            HumanMessage("And what do the tests say about the release that we planned?"),
            AIMessage("I look at them.", tool_calls=[call]),
            ToolMessage(
                "tests/unit/test_server.py:12: def test_it_answers()\n" * 10, tool_call_id="1"
            ),
            AIMessage("They cover the server and the rates, and two of them fail today. " * 5),
        ]
    return [*messages[:-1], HumanMessage("And which two are those?")]
