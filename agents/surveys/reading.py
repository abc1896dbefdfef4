"""Reads findings out of what a command printed: pytest, unittest, ruff, mypy.

What is not understood gives nothing; no line is guessed at.
"""

import re
from collections.abc import Iterator

from agents.evidence import Evidence
from agents.finding import Finding, Severity

MAX_FINDINGS = 50


def findings_of(evidence: Evidence) -> tuple[Finding, ...]:
    """Failed tests and linter hits in the result of a `run` call; () for anything else."""
    if evidence.tool != "run" or evidence.exit_code == 0:
        return ()
    readers = (_pytest, _unittest, _ruff, _mypy)
    found = (finding for reader in readers for finding in reader(evidence.excerpt))
    unique = list(dict.fromkeys(found))[:MAX_FINDINGS]
    return tuple(f.model_copy(update={"evidence": (evidence.id,)}) for f in unique)


def _pytest(text: str) -> Iterator[Finding]:
    """The short summary names the tests; the blocks above it, the lines."""
    for kind, node, reason in re.findall(
        r"^(FAILED|ERROR) ([^\s:]+\.py(?:::\S.*?)?)(?: - (.*))?$", text, re.MULTILINE
    ):
        path, _, name = node.partition("::")
        block = _block(text, name.replace("::", ".") or path)
        said = _asserted(block) or reason or "no reason given"
        if kind == "ERROR" and not name:
            yield _uncollected(path, said)
            continue
        yield Finding(
            severity=Severity.ERROR,
            message=f"{name} fails: {said}" if kind == "FAILED" else f"{name} cannot run: {said}",
            path=path,
            line=_last_line(block, path),
            rule="pytest/failed" if kind == "FAILED" else "pytest/error",
            tool="pytest",
        )


def _block(text: str, name: str) -> str:
    """What pytest printed of one test, between its heading and the next."""
    heading = rf"^_+ (?:ERROR .*)?{re.escape(name)} _+$"
    match = re.search(heading, text, re.MULTILINE)
    if not match:
        return ""
    rest = text[match.end() :]
    end = re.search(r"^(?:_{3,} .+ _{3,}|={3,}.*={3,})$", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def _asserted(block: str) -> str:
    match = re.search(r"^E\s+(\S.*)$", block, re.MULTILINE)
    return match[1].strip()[:200] if match else ""


def _last_line(block: str, path: str) -> int | None:
    """The last line of the test's own file that the traceback names."""
    lines = re.findall(rf"^{re.escape(path)}:(\d+):", block, re.MULTILINE)
    return int(lines[-1]) if lines else None


def _uncollected(path: str, said: str) -> Finding:
    missing = re.search(r"No module named '([\w.]+)'", said)
    return Finding(
        severity=Severity.WARNING if missing else Severity.ERROR,
        message=f"its tests cannot be collected: {said}",
        path=path,
        rule="pytest/collection",
        tool="pytest",
        fix="install what the tests need in the Python that runs them" if missing else None,
    )


def _unittest(text: str) -> Iterator[Finding]:
    for kind, name, where, block in re.findall(
        r"^={70}\n(FAIL|ERROR): (\S+) \(([\w.]+)\)\n(?:.*\n)?-{70}\n(.*?)(?=^={70}$|^-{70}$)",
        text,
        re.MULTILINE | re.DOTALL,
    ):
        path, line = _frame(block, name)
        said = [line for line in block.strip().splitlines() if re.match(r"\w[\w.]*(:|$)", line)]
        yield Finding(
            severity=Severity.ERROR,
            message=f"{_qualified(where, name)} fails: {(said or ['no reason given'])[-1][:200]}",
            path=path,
            line=line,
            rule="unittest/failed" if kind == "FAIL" else "unittest/error",
            tool="unittest",
        )


def _frame(block: str, name: str) -> tuple[str | None, int | None]:
    """Where the test itself stands in the traceback, of files in the repository."""
    frames: list[tuple[str, str, str]] = re.findall(
        r'File "([^"/][^"]*)", line (\d+), in (\w+)', block
    )
    own = [frame for frame in frames if frame[2] == name] or frames[:1]
    return (own[-1][0], int(own[-1][1])) if own else (None, None)


def _qualified(where: str, name: str) -> str:
    return where if where.endswith(f".{name}") else f"{where}.{name}"


def _ruff(text: str) -> Iterator[Finding]:
    concise = re.findall(
        r"^([^\s:][^:\n]*\.pyi?):(\d+):\d+: ([A-Z]{1,4}\d{3,4}) (?:\[\*\] )?(.+)$",
        text,
        re.MULTILINE,
    )
    full = re.findall(
        r"^([A-Z]{1,4}\d{3,4}) (?:\[\*\] )?(.+)\n +--> ([^\s:][^:\n]*):(\d+):\d+$",
        text,
        re.MULTILINE,
    )
    for path, line, code, said in (*concise, *((p, n, c, s) for c, s, p, n in full)):
        yield Finding(
            severity=Severity.WARNING,
            message=said.strip()[:200],
            path=path,
            line=int(line),
            rule=code,
            tool="ruff",
        )


def _mypy(text: str) -> Iterator[Finding]:
    for path, line, said, code in re.findall(
        r"^([^\s:][^:\n]*\.pyi?):(\d+): error: (.+?)  \[([\w-]+)\]$", text, re.MULTILINE
    ):
        yield Finding(
            severity=Severity.ERROR,
            message=said[:200],
            path=path,
            line=int(line),
            rule=f"mypy/{code}",
            tool="mypy",
        )
