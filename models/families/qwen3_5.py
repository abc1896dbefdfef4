"""Qwen3.5: hybrid thinking whose opener stands in the prompt, tools in JSON, calls in XML.

Its template trims every text. Template: https://huggingface.co/Qwen/Qwen3.5-4B. Its memory is in
part a recurrent state, which the engine learns from the weights. Sampling is that of Qwen3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from models.calls import XML, CallFormat
from models.families.chatml import as_json
from models.families.qwen3 import Qwen3, thought
from models.families.qwen3_coder import REMINDER, xml_calls
from models.families.tags import CALL, CALL_END, EMPTY_BLOCK, THINK, instruction
from models.families.turns import Turn
from models.vocabulary import Segment

_HOW = instruction(
    "\n</tools>\n\nIf you choose to call a function ONLY reply in the following format with NO "
    "suffix:\n\n<tool_call>\n<function=example_function_name>\n<parameter=example_parameter_1>\n"
    "value_1\n</parameter>\n<parameter=example_parameter_2>\nThis is the value for the second "
    "parameter\nthat can span\nmultiple lines\n</parameter>\n"
    + REMINDER.format(
        format="an inner <function=...></function> block must be nested within "
        "<tool_call></tool_call> XML tags"
    )
)


class Qwen35(Qwen3):
    """Qwen3.5, and what comes with its template."""

    name = "qwen3.5"
    calls: CallFormat = XML

    def _opening(self, thinking: bool) -> tuple[Segment, ...]:
        return (THINK, Segment("\n")) if thinking else EMPTY_BLOCK

    def _conversation(
        self, turns: Sequence[Turn], tools: Sequence[dict[str, Any]], *, stable: bool
    ) -> Iterator[Segment]:
        return super()._conversation([turn.trimmed() for turn in turns], tools, stable=stable)

    def _system(self, system: Turn | None, tools: Sequence[dict[str, Any]]) -> Iterator[Segment]:
        text = system.text if system else ""
        if not tools:
            yield Segment(text)
            return
        listed = "".join("\n" + as_json(tool) for tool in tools)
        yield Segment(f"# Tools\n\nYou have access to the following functions:\n\n<tools>{listed}")
        yield from _HOW
        yield Segment(f"\n\n{text}" if text else "")

    def _answer(self, turn: Turn, *, later: bool, last: bool) -> Iterator[Segment]:
        turn = turn.parted()
        if later:
            yield from thought((turn.reasoning or "").strip())
        yield Segment(turn.text)
        for at, raw in enumerate(xml_calls(turn)):
            yield Segment("\n" if at else "\n\n" if turn.text.strip() else "")
            yield from (CALL, Segment(f"\n{raw}\n"), CALL_END)
