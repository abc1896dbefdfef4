"""Calls as models damage them, each way for itself."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from models.pieces import ToolCall
from tests.models.calls.writing import hermes, xml

Damage = Callable[[ToolCall, Random], str]
_CLOSE = "\n</tool_call>"


def _object(call: ToolCall) -> dict[str, Any]:
    return {"name": call.name, "arguments": call.args}


def _json(call: ToolCall) -> str:
    return json.dumps(_object(call), ensure_ascii=False)


def _tagged(body: str) -> str:
    return f"<tool_call>\n{body}{_CLOSE}"


def _shuffled(call: ToolCall, random: Random) -> ToolCall:
    args = [*call.args.items()]
    random.shuffle(args)
    return ToolCall(call.name, dict(args))


def _reordered(call: ToolCall, random: Random) -> str:
    turned = dict(reversed(_object(_shuffled(call, random)).items()))
    return _tagged(json.dumps(turned, ensure_ascii=False))


JSON: dict[str, Damage] = {
    "missing close": lambda call, _: hermes(call.name, call.args).removesuffix(_CLOSE),
    "stray text before": lambda call, _: _tagged(f"I'll call it now:\n{_json(call)}"),
    "stray text behind": lambda call, _: _tagged(f"{_json(call)}\nThat's the call."),
    "reordered keys": _reordered,
    "escaped quotes": lambda call, _: _tagged(json.dumps(_json(call), ensure_ascii=False)[1:-1]),
    "arguments as a string": lambda call, _: _tagged(
        json.dumps({"name": call.name, "arguments": json.dumps(call.args)})
    ),
    "arguments called parameters": lambda call, _: _tagged(
        json.dumps({"name": call.name, "parameters": call.args})
    ),
    "code fence": lambda call, _: _tagged(f"```json\n{_json(call)}\n```"),
    "brace too many": lambda call, _: _tagged(_json(call) + "}"),
    "brace too few": lambda call, _: _tagged(_json(call)[:-1]),
    "comma before the end": lambda call, _: _tagged(_json(call)[:-2] + ",}}"),
    "Python": lambda call, _: _tagged(repr(_object(call))),
    "line ends in strings": lambda call, _: _tagged(_json(call).replace("\\n", "\n")),
    "quotes that are not escaped": lambda call, _: _tagged(_json(call).replace('\\"', '"')),
    "a list": lambda call, _: _tagged(f"[{_json(call)}]"),
    "the other format": lambda call, _: xml(call.name, call.args),
}
TAGS: dict[str, Damage] = {
    "missing close": lambda call, _: xml(call.name, call.args).removesuffix(_CLOSE),
    "missing opener": lambda call, _: xml(call.name, call.args).removeprefix("<tool_call>\n"),
    "neither": lambda call, _: (
        xml(call.name, call.args).removeprefix("<tool_call>\n").removesuffix(_CLOSE)
    ),
    "stray text before": lambda call, _: xml(call.name, call.args).replace(
        "<function", "I'll call it now:\n<function", 1
    ),
    "stray text behind": lambda call, _: xml(call.name, call.args).replace(
        _CLOSE, f"\nThat's the call.{_CLOSE}"
    ),
    "reordered parameters": lambda call, random: xml(call.name, _shuffled(call, random).args),
    "no end of a parameter": lambda call, _: xml(call.name, call.args).replace(
        "\n</parameter>", "", 1
    ),
    "no end of any parameter": lambda call, _: xml(call.name, call.args).replace(
        "\n</parameter>", ""
    ),
    "no end of the function": lambda call, _: xml(call.name, call.args).replace(
        "</function>\n", ""
    ),
    "no line ends": lambda call, _: (
        xml(call.name, call.args)
        .replace(">\n", ">")
        .replace("\n</parameter>", "</parameter>")
        .replace("\n</tool_call>", "</tool_call>")
    ),
    "the other format": lambda call, _: hermes(call.name, call.args),
}


def truncated(written: str, random: Random) -> str:
    """Cut in the last value, or before it."""
    ends = [written.rfind(end) for end in ("}}", "\n</parameter>")]
    return written[: random.randrange(len("<tool_call>"), max(*ends, len("<tool_call>") + 1))]
