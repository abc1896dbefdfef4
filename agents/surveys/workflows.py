"""Pipelines: do they keep to their schema, and can they be abused?

zizmor refuses a workflow whose structure is broken, so the schema comes first, and what zizmor
could not read is said. Its configuration and its `ignore` comments are honoured: they cannot run
anything, and what a project has decided about is no finding.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from agents.finding import Finding, Severity
from agents.surveys.checker import Check, conclude, failed, run_checker
from agents.surveys.notes import Notes
from agents.tools.tree import Tree

MAX_FILES = 60

KEYS = (
    *("name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"),
    *("needs", "if", "runs-on", "environment", "outputs", "steps", "timeout-minutes", "strategy"),
    *("continue-on-error", "container", "services", "uses", "with", "secrets", "matrix"),
    *("fail-fast", "max-parallel", "id", "run", "working-directory", "shell", "include"),
    *("stages", "stage", "script", "before_script", "after_script", "image", "variables", "cache"),
    *("artifacts", "rules", "only", "except", "tags", "allow_failure", "when", "dependencies"),
    *("retry", "timeout", "parallel", "trigger", "extends", "interruptible", "coverage"),
)
"""Keys that a misspelt one may have meant, of GitHub workflows and GitLab pipelines."""

SEVERITIES = {
    "High": Severity.ERROR,
    "Medium": Severity.WARNING,
    "Low": Severity.NOTE,
    "Informational": Severity.NOTE,
    "Unknown": Severity.NOTE,
}


def workflow_names(tree: Tree) -> list[str]:
    """GitHub's workflows. Only those in the repository's own folder ever run."""
    return [n for n in tree.names if re.fullmatch(r"\.github/workflows/[^/]+\.ya?ml", n)]


async def schemas(notes: Notes) -> None:
    workflows = _readable(notes.tree, workflow_names(notes.tree))
    gitlab = _readable(notes.tree, [n for n in notes.tree.names if n == ".gitlab-ci.yml"])
    if not workflows + gitlab:
        notes.say("There are no GitHub workflows and no GitLab pipeline")
        return
    if workflows:
        await _schema(notes, "vendor.github-workflows", workflows)
    if gitlab:
        await _schema(notes, "vendor.gitlab-ci", gitlab, "--data-transform", "gitlab-ci")


async def zizmor(notes: Notes) -> None:
    names = _readable(notes.tree, workflow_names(notes.tree))
    if not names:
        return
    check = await run_checker(
        notes, "zizmor", "--offline", "--no-progress", "--format", "json", "--", *names
    )
    if not isinstance(check.data, list):
        failed(notes, check)
        return
    unread = _unread(check, names)
    also = "".join(f"not read, its structure is broken: {name}\n" for name in unread)
    id = conclude(notes, check, list(_audits(check)), also)
    if unread:
        notes.say(f"zizmor could not read {', '.join(unread)}: the structure is broken", id)


async def _schema(notes: Notes, schema: str, names: list[str], *options: str) -> None:
    check = await run_checker(
        notes, "check-jsonschema", "--builtin-schema", schema, *options, "-o", "json", "--", *names
    )
    if not isinstance(check.data, dict):
        failed(notes, check)
        return
    findings = list(_faults(check, notes.tree))
    also = "" if findings or not check.ran.exit_code else "only single names where lists are meant"
    id = conclude(notes, check, findings, also)
    notes.say(f"{len(names)} pipelines checked against {schema}: {_some(names)}", id)


def _readable(tree: Tree, names: list[str]) -> list[str]:
    """At most MAX_FILES that are files of this repository; a link may lead out of it."""
    return [name for name in names[:MAX_FILES] if tree.text(name) is not None]


def _faults(check: Check, tree: Tree) -> Iterator[Finding]:
    for fault in check.data.get("errors", []):
        best = fault.get("best_deep_match") or fault
        text = tree.text(fault["filename"]) or ""
        unexpected = re.findall(r"'([^']+)' (?:was|were) unexpected", _reasons(fault))
        for key in unexpected:
            yield _unexpected(fault["filename"], key, text)
        if not unexpected and not best["message"].endswith("is not of type 'array'"):
            # (GitHub takes one name where the schema wants a list of names.)
            yield Finding(
                severity=Severity.WARNING,
                message=f"breaks the schema at {best['path']}: {best['message'][:160]}",
                path=fault["filename"],
                line=_line_of(best["path"], text),
                rule="schema",
                tool="check-jsonschema",
            )
    for fault in check.data.get("parse_errors", []):
        yield Finding(
            severity=Severity.ERROR,
            message="is not valid YAML",
            path=fault["filename"],
            rule="parse",
            tool="check-jsonschema",
        )


def _reasons(fault: dict[str, Any]) -> str:
    matches = [fault, fault.get("best_match") or {}, fault.get("best_deep_match") or {}]
    return "\n".join(dict.fromkeys(str(match.get("message", "")) for match in matches))


def _unexpected(name: str, key: str, text: str) -> Finding:
    meant = get_close_matches(key, KEYS, n=1, cutoff=0.75)
    line = re.search(rf"^[ \t-]*[\"']?{re.escape(key)}[\"']?[ \t]*:", text, re.MULTILINE)
    return Finding(
        severity=Severity.ERROR,
        message=f"unknown key {key!r}" + (f"; {meant[0]!r} may be meant" if meant else ""),
        path=name,
        line=text.count("\n", 0, line.start()) + 1 if line else None,
        rule="schema/unknown-key",
        tool="check-jsonschema",
        fix=f"write {meant[0]} instead of {key}" if meant else f"remove {key}",
    )


def _line_of(path: str, text: str) -> int | None:
    """The line of the last key in a JSON path, found by looking for one key below the other."""
    position, found = 0, None
    for key in re.findall(r"\.([\w-]+)", path):
        pattern = re.compile(rf"^[ \t-]*[\"']?{re.escape(key)}[\"']?[ \t]*:", re.MULTILINE)
        if not (match := pattern.search(text, position)):
            break
        found, position = text.count("\n", 0, match.start()) + 1, match.end()
    return found


def _unread(check: Check, names: list[str]) -> list[str]:
    refused = [line for line in check.ran.stderr.splitlines() if "failed to" in line]
    return [name for name in names if any(name in line for line in refused)]


def _audits(check: Check) -> Iterator[Finding]:
    """A finding a file and audit: the first place in full, of the others the lines."""
    places: dict[tuple[str, str], list[tuple[int, dict[str, Any], dict[str, Any]]]] = {}
    for audit in check.data:
        primary = next(
            (p for p in audit["locations"] if p["symbolic"]["kind"] == "Primary"),
            audit["locations"][0],
        )
        path = primary["symbolic"]["key"]["Local"]["verbatim_path"]
        line = primary["concrete"]["location"]["start_point"]["row"] + 1
        places.setdefault((path, audit["ident"]), []).append((line, audit, primary))
    for (path, _), hits in places.items():
        (line, audit, primary), *others = sorted(hits, key=lambda hit: hit[0])
        yield _audit(path, line, audit, primary, sorted({other[0] for other in others} - {line}))


def _audit(
    path: str, line: int, audit: dict[str, Any], primary: dict[str, Any], also: list[int]
) -> Finding:
    note = _expression(primary) or primary["symbolic"].get("annotation") or ""
    lines = f" (also lines {', '.join(map(str, also))})" if also else ""
    fixes = [fix["title"] for fix in audit.get("fixes", [])]
    return Finding(
        severity=_severity(audit),
        message=f"{audit['desc']}: {note}{lines}",
        path=path,
        line=line,
        rule=f"zizmor/{audit['ident']}",
        tool="zizmor",
        fix=fixes[0] if fixes else None,
    )


def _severity(audit: dict[str, Any]) -> Severity:
    """zizmor's own, but an error only where it is sure, and never for a matter of policy."""
    told = audit["determinations"]
    severity = SEVERITIES.get(told["severity"], Severity.NOTE)
    sure = told["confidence"] == "High" and audit["ident"] != "unpinned-uses"
    return severity if sure or severity is not Severity.ERROR else Severity.WARNING


def _expression(location: dict[str, Any]) -> str:
    """The expression that is at fault, where zizmor points into a string."""
    kind = location["symbolic"].get("feature_kind")
    raw = kind.get("Subfeature", {}).get("fragment", {}) if isinstance(kind, dict) else {}
    expression = raw.get("Raw") if isinstance(raw, dict) else None
    note = location["symbolic"].get("annotation") or ""
    return f"{expression} {note}".strip() if expression else ""


def _some(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
