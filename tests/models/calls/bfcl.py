"""The calls in the data of PyPI's `bfcl-eval`, which is installed without what it depends on.

Only its data files are read. An answer lists, for each parameter, the values that are right; taken
is the first that is not empty, and a parameter that has none is left out. Where a value does not
fit its parameter's type, the data contradicts itself: then that parameter may be of this type too.
"""

import ast
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.pieces import ToolCall

_TYPES = {
    "dict": "object", "HashMap": "object", "hashmap": "object", "float": "number",
    "double": "number", "tuple": "array", "Array": "array", "ArrayList": "array",
    "list": "array", "String": "string", "char": "string", "Bigint": "integer", "long": "integer",
    "short": "integer", "byte": "integer", "Boolean": "boolean", "int": "integer",
    "bool": "boolean", "str": "string",
}  # fmt: skip
_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,),
    "number": (int, float), "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One answer: the tools that were offered, and the calls that are right."""

    id: str
    tools: list[dict[str, Any]]
    calls: list[ToolCall]


def entries() -> list[Entry]:
    """Every answer that consists of calls; none where the package is not installed."""
    found = importlib.util.find_spec("bfcl_eval")
    if found is None or not found.submodule_search_locations:
        return []
    data = Path(found.submodule_search_locations[0]) / "data"
    return [
        entry
        for answers in sorted((data / "possible_answer").glob("*.json"))
        for entry in _entries(answers, data)
    ]


def _entries(answers: Path, data: Path) -> Iterator[Entry]:
    asked = {line["id"]: line for line in _lines(data / answers.name)}
    for line in _lines(answers):
        truth = line["ground_truth"]
        if isinstance(truth[0], list):
            known = _documented(data / "multi_turn_func_doc")
            for at, turn in enumerate(truth):
                calls = [_python(call, known) for call in turn]
                yield from [_entry(f"{line['id']}/{at}", known, calls)] if calls else []
        elif isinstance(truth[0], dict):
            known = {function["name"]: function for function in asked[line["id"]]["function"]}
            calls = [(name, _first(args)) for call in truth for name, args in call.items()]
            yield _entry(line["id"], known, calls)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@cache
def _documented(folder: Path) -> dict[str, Any]:
    """The functions of all simulated systems; read once."""
    return {f["name"]: f for path in sorted(folder.glob("*.json")) for f in _lines(path)}


def _python(call: str, known: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A call that is written as Python."""
    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    names = known[node.func.id]["parameters"]["properties"]
    positional = {n: ast.literal_eval(v) for n, v in zip(names, node.args, strict=False)}
    named = {k.arg: ast.literal_eval(k.value) for k in node.keywords if k.arg}
    return node.func.id, {**positional, **named}


def _first(args: dict[str, list[Any]]) -> dict[str, Any]:
    given = {key: [v for v in values if v != ""] for key, values in args.items()}
    return {key: values[0] for key, values in given.items() if values}


def _entry(id: str, known: dict[str, Any], calls: list[tuple[str, dict[str, Any]]]) -> Entry:
    used = {name for name, _ in calls}
    schemas = {name: _schema(known[name]["parameters"]) for name in used}
    for name, args in calls:
        for key, value in args.items():
            properties = schemas[name]["properties"]
            properties[key] = _widened(properties.get(key, {}), value)
    tools = [{"function": {"name": name, "parameters": schemas[name]}} for name in schemas]
    return Entry(id, tools, [ToolCall(name, args) for name, args in calls])


def _schema(given: Any) -> Any:
    """The data's names of types as JSON schema has them."""
    if isinstance(given, list):
        return [_schema(item) for item in given]
    if not isinstance(given, dict):
        return given
    kind = given.get("type")
    schema = {key: _schema(value) for key, value in given.items()}
    if isinstance(kind, str):
        schema["type"] = _TYPES.get(kind, kind)
    if schema.get("type") == "any":
        del schema["type"]
    return schema


def _widened(schema: dict[str, Any], value: Any) -> dict[str, Any]:
    """`schema`, or one that also takes values like this."""
    given = schema.get("type", [])
    kinds = {given} if isinstance(given, str) else set(given)
    fitting = {kind for kind, types in _KINDS.items() if type(value) in types}
    return schema if kinds & fitting else {"type": sorted({*kinds, min(fitting)})}
