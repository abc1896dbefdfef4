"""`cadre models inspect`: what a GGUF file says of itself, and which rules it breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from console.clean import one_line
from console.exits import Exit
from console.terminal import this_terminal, write
from console.words import count, size
from models.errors import UsageError
from models.inspection import Finding, Inspection
from models.inspection import inspect as look
from models.inspection.expected import LAYERS
from models.reference import Source, parse_reference, path_of

_SHOWN = 20
"""Findings on a screen; `--json` has them all."""
_TOLD = ("<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>", "</tool_call>")
"""Special tokens that a person looks for."""
_THINKING = {
    "switch": "thinks or not, as it is asked to",
    "always": "always thinks",
    "never": "never thinks",
}
_TOOLS = {"hermes": "tool calls as JSON", "xml": "tool calls as XML"}


def inspect(file: str, *, as_json: bool = False) -> Exit:
    """Describe `file`, a path or a URL; exit 3 where it breaks a rule."""
    found, out = look(_on_disk(file)), this_terminal().out
    if as_json:
        write(out, json.dumps(found.model_dump(mode="json")) + "\n")
    else:
        show_inspection(out, found)
    return Exit.DONE if found.sound else Exit.CONFIGURATION


def _on_disk(name: str) -> str:
    """The file of a pulled model; whatever else is named stays as it is."""
    if not name.strip():
        raise UsageError("no file is named", "such as: cadre models inspect ~/models/model.gguf")
    if name.lower().startswith(("http://", "https://")) or Path(name).exists():
        return name
    reference = parse_reference(name)
    return str(path_of(reference)) if reference.source is Source.HUB else name


def show_inspection(out: Console, found: Inspection) -> None:
    """The facts, the bytes by kind of tensor, and what is wrong."""
    out.print(Text(one_line(found.name or found.file), "bold"), soft_wrap=True)
    facts = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    facts.add_column(no_wrap=True)
    facts.add_column(overflow="fold")
    for name, text in _facts(found):
        facts.add_row(Text(name), Text(one_line(text)))
    out.print(facts)
    out.print()
    out.print(_kinds(found))
    out.print()
    _show_findings(out, found)


def _facts(found: Inspection) -> Iterator[tuple[str, str]]:
    d = found.dimensions
    yield "file", _file(found)
    yield "architecture", f"{found.architecture}, {'mixture of experts' if d.experts else 'dense'}"
    yield "parameters", _parameters(found)
    yield "layers", _layers(found)
    yield "width", f"hidden {_number(d.hidden)}, feed-forward {_number(d.feed_forward)}"
    yield (
        "heads",
        (
            f"{_number(d.heads)}, of keys and values {_number(d.kv_heads)}, "
            f"each {_number(d.key_length)} wide"
        ),
    )
    if d.experts:
        yield "experts", _experts(found)
    yield "context", f"{_number(d.context)} tokens"
    yield "memory", _memory(found)
    yield "vocabulary", _vocabulary(found)
    yield "spoken to as", _spoken(found)


def _file(found: Inspection) -> str:
    octets = found.file_bytes
    length = "of unknown size" if octets is None else f"{size(octets)} ({octets:,} bytes)"
    several = f" in {found.files} files" if found.files > 1 else ""
    return f"{found.file}, {found.quantization}, {length}{several}"


def _parameters(found: Inspection) -> str:
    if found.active_parameters == found.parameters:
        return f"{found.parameters:,}"
    return f"{found.parameters:,}, of which {found.active_parameters:,} take part in a token"


def _layers(found: Inspection) -> str:
    d = found.dimensions
    if not d.recurrent_layers:
        return _number(d.layers)
    return (
        f"{_number(d.layers)}: {len(d.attention_layers)} of attention, "
        f"{len(d.recurrent_layers)} of Gated DeltaNet"
    )


def _experts(found: Inspection) -> str:
    d = found.dimensions
    shared = d.shared_expert_feed_forward
    beside = f", beside one that is shared, {shared:,} wide" if shared else ""
    width = _number(d.expert_feed_forward)
    return f"{d.experts} in each layer, {d.experts_used} active, {width} wide{beside}"


def _memory(found: Inspection) -> str:
    each = [f"{n:,} in {type.upper()}" for type, n in found.kv_bytes_per_token.items()]
    told = f"bytes a token: {', '.join(each) or 'unknown'}"
    whole, context = found.kv_bytes_per_token.get("f16"), found.dimensions.context
    if whole and context:
        told += f"; the whole context in F16: {size(whole * context)}"
    state = found.recurrent_bytes_per_sequence
    return told + (f"; a state of {state:,} bytes for each sequence" if state else "")


def _vocabulary(found: Inspection) -> str:
    tokens = found.vocabulary
    if not tokens.size:
        return "none"
    numbers = [f"{text} {tokens.special[text]}" for text in _TOLD if text in tokens.special]
    named = [f"{name} {token.text} {token.number}" for name, token in tokens.named.items()]
    kind = "/".join(filter(None, (tokens.model, tokens.pre)))
    special = f"{count(len(tokens.special), 'special token')}"
    return "; ".join((f"{kind}, {tokens.size:,} tokens, {special}", *named, *numbers))


def _spoken(found: Inspection) -> str:
    spoken = found.spoken
    if spoken.family is None:
        return f"nothing that Cadre speaks: {spoken.note}"
    said = (_THINKING.get(spoken.thinking, ""), _TOOLS.get(spoken.tools, ""), spoken.note)
    return ", ".join(filter(None, (f"family {spoken.family}", *said)))


def _kinds(found: Inspection) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("kind", header_style="bold", no_wrap=True)
    for title in ("tensors", "parameters", "bytes"):
        table.add_column(title, header_style="bold", no_wrap=True, justify="right")
    table.add_column("types", header_style="bold", overflow="fold")
    for share in found.shares:
        row = (share.kind.value, *_amounts(share.tensors, share.parameters, share.bytes))
        table.add_row(*row, ", ".join(share.types))
    table.add_row("all", *_amounts(_tensors(found), found.parameters, found.tensor_bytes))
    if found.expert_bytes:
        part = found.expert_bytes / found.tensor_bytes
        table.add_row("all but experts", "", "", f"{found.rest_bytes:,}", f"{1 - part:.1%} of all")
    return table


def _show_findings(out: Console, found: Inspection) -> None:
    for finding in found.findings[:_SHOWN]:
        out.print(_line(finding), soft_wrap=True)
    if len(found.findings) > _SHOWN:
        more = count(len(found.findings) - _SHOWN, "more finding")
        out.print(Text(f"and {more}; all of them: --json"), soft_wrap=True)
    if found.sound:
        out.print(Text(_sound(found.architecture)))


def _line(finding: Finding) -> Text:
    style, word = ("bold red", "broken") if finding.broken else ("yellow", "note")
    return Text(f"{word}  ", style).append(one_line(finding.text), "default")


def _sound(architecture: str) -> str:
    if architecture in LAYERS:
        return "sound: every tensor is there, in its place and shape"
    return f"sound as far as is known: Cadre has no rules of its own for {one_line(architecture)}"


def _tensors(found: Inspection) -> int:
    return sum(share.tensors for share in found.shares)


def _amounts(*numbers: int) -> tuple[str, ...]:
    return tuple(f"{number:,}" for number in numbers)


def _number(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"
