"""Reads what `cargo test` prints: a line a test, and below `failures:` what each failing one said.

A crate that cannot be compiled is one case that could not run, at the compiler's first error.
"""

import re

from agents.runners.case import Case, Frame, Status
from agents.runners.frames import ending, is_own, one_line
from agents.runners.tally import Tally

_LINE = re.compile(
    r"^test (?P<test>\S.*?)(?P<panics> - should panic)? \.\.\. (?P<how>ok|FAILED|ignored)\b",
    re.MULTILINE,
)
_STATUS = {"ok": Status.PASSED, "FAILED": Status.FAILED, "ignored": Status.SKIPPED}

_BLOCK = re.compile(
    r"^---- (?P<test>.+?) stdout ----\n(?P<said>.*?)"
    r"(?=^---- .+? stdout ----$|^failures:$|^test result:|\Z)",
    re.MULTILINE | re.DOTALL,
)
_PANIC = re.compile(r"panicked at (?P<path>[^\s:]+):(?P<line>\d+):\d+:?\n(?P<said>.*)")

_AT = re.compile(r"^ +at (?:\./)?(?P<path>[^\s:]+\.rs):(?P<line>\d+)", re.MULTILINE)

_COMPILER = re.compile(
    r"^error(?P<code>\[E\d+\])?: (?P<said>.+)\n +--> (?P<path>[^\s:]+):(?P<line>\d+):\d+",
    re.MULTILINE,
)


def read_cargo(text: str) -> Tally:
    """The cases of every target that ran."""
    blocks = {match["test"]: match["said"] for match in _BLOCK.finditer(text)}
    cases = [
        _case(match["test"], _STATUS[match["how"]], blocks.get(match["test"], ""))
        for match in _LINE.finditer(text)
    ]
    if not cases and (error := _COMPILER.search(text)):
        cases = [_uncompiled(error)]
    return Tally(tuple(cases))


def _case(test: str, status: Status, block: str) -> Case:
    if status is not Status.FAILED:
        return Case(test, status)
    panic = _PANIC.search(block)
    said = _panicked(panic, block) if panic else _without_panic(block)
    own = [Frame(m["path"], int(m["line"])) for m in _AT.finditer(block) if is_own(m["path"])]
    panicked = Frame(panic["path"], int(panic["line"])) if panic else None
    if panicked and is_own(panicked.path):
        own = [panicked, *own]  # rust's stack begins with the deepest frame
    noted = re.search(r"as expected at (\S+?):(\d+):\d+$", block, re.MULTILINE)
    if noted and is_own(noted[1]):
        own = [Frame(noted[1], int(noted[2]))]
    document = re.match(r"(?P<path>\S+\.\w+) - .*\(line (?P<line>\d+)\)$", test)
    if document:
        own = [Frame(document["path"], int(document["line"]))]
    return Case(
        test=test,
        status=status,
        path=own[-1].path if own else None,
        line=own[-1].line if own else None,
        kind="panic" if panic else "",
        said=said[:200] or "no reason given",
        frame=own[0] if own else None,
        detail=ending(block.partition("stack backtrace:")[0]),
    )


def _panicked(panic: re.Match[str], block: str) -> str:
    """The message, of an `assert_eq!` with both sides."""
    sides = re.search(r"\A\s*left: (.*)\n\s*right: (.*)", block[panic.end() :])
    return f"{panic['said']}, left: {sides[1]}, right: {sides[2]}" if sides else panic["said"]


def _without_panic(block: str) -> str:
    return re.sub(r" at \S+:\d+:\d+$", "", one_line(block).removeprefix("note: "))


def _uncompiled(error: re.Match[str]) -> Case:
    frame = Frame(error["path"], int(error["line"]))
    said = f"error{error['code'] or ''}: {error['said']}"[:200]
    return Case(
        *(f"{frame.path} (does not compile)", Status.ERROR, 0.0, frame.path, frame.line),
        *("compiler", said, frame, ending(error.group())),
    )
