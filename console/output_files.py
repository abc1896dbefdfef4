"""Files that a run leaves behind: `--report`, `--sarif`, and `--output FORMAT=FILE` for all others.

They are tried before the run, since nobody wants to learn after an hour that a folder is missing.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from agents.report import Report
from console import code_quality, findings_json, sarif
from console.annotations import annotations, summary
from console.baseline import read
from console.compared import Compared
from console.options import Output
from console.report import markdown
from models.errors import RunError, UsageError


class Format(StrEnum):
    """What `--output` can write."""

    REPORT = "report"
    """Markdown, as `--report`."""
    SARIF = "sarif"
    JSON = "json"
    ANNOTATIONS = "annotations"
    """GitHub's workflow commands; print them in a step."""
    SUMMARY = "summary"
    """Markdown for GitHub's step summary."""
    CODE_QUALITY = "code-quality"
    """GitLab's."""


@dataclass(frozen=True)
class OutputFile:
    """One file to be written."""

    format: Format
    path: Path
    option: str
    """What was typed to have it, as an error names it."""


def parse_output(text: str) -> OutputFile:
    """`annotations=FILE`; UsageError for a format that is not there."""
    format, equals, path = text.partition("=")
    if format not in list(Format) or not equals or not path:
        raise UsageError(f"--output {text}: expected FORMAT=FILE", f"formats: {', '.join(Format)}")
    return OutputFile(Format(format), Path(path), f"--output {format}")


def wanted(output: Output) -> tuple[OutputFile, ...]:
    """Every file that was asked for; UsageError for a format that is not there."""
    own = ((Format.REPORT, output.report, "--report"), (Format.SARIF, output.sarif, "--sarif"))
    named = [parse_output(text) for text in output.files or ()]
    return (*(OutputFile(format, path, option) for format, path, option in own if path), *named)


def check(output: Output) -> None:
    """UsageError for the first file that could not be written, or for a baseline that is none."""
    for file in wanted(output):
        _try(file.option, file.path)
    if output.baseline:
        read(output.baseline)


def write(path: Path, text: str) -> None:
    """The whole text, or RunError."""
    try:
        path.write_text(text, "utf-8", "replace")
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}", "the run itself is kept") from None


def rendered(
    format: Format, report: Report, compared: Compared, session: str = "", version: str = ""
) -> str:
    """The whole file in that format."""
    found = compared.new + compared.unchanged
    match format:
        case Format.REPORT:
            return markdown(report, session)
        case Format.SARIF:
            return _json(sarif.document(report, version, compared))
        case Format.JSON:
            return _json(findings_json.document(compared, version))
        case Format.ANNOTATIONS:
            return annotations(found)
        case Format.SUMMARY:
            return summary(report, compared)
        case Format.CODE_QUALITY:
            return _json(code_quality.document(found))
        case _:
            assert_never(format)


def _json(document: object) -> str:
    return json.dumps(document, indent=2) + "\n"


def _try(option: str, path: Path) -> None:
    new = not path.exists()
    try:
        with path.open("ab"):
            pass
        if new:
            path.unlink()
    except OSError as error:
        raise UsageError(
            f"{option}: cannot write {path}: {error.strerror}",
            "name a file in a folder that exists",
        ) from None
