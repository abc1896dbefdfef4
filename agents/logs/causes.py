"""What lies behind an error: sharper kinds for errors of tests and programs, and a sentence."""

import re

from agents.logs.fault import Category, Fault
from agents.logs.steps import Step

BEHIND: tuple[tuple[Category, re.Pattern[str]], ...] = tuple(
    (category, re.compile(pattern))
    for category, pattern in (
        (Category.DISK, r"(?i)no space left on device|\bENOSPC\b"),
        (Category.MEMORY, r"(?i)out of memory|\bMemoryError\b|OOMKilled|cannot allocate memory"),
        (Category.DEPENDENCY, r"ModuleNotFoundError|No module named|Cannot find module '[^./]"),
        (
            Category.NETWORK,
            r"(?i)name resolution|getaddrinfo|\bECONN(?:REFUSED|RESET)\b|connection refused"
            r"|could not resolve host|no such host|TLS handshake timeout|\bEAI_AGAIN\b"
            r"|failed to establish a new connection",
        ),
        (
            Category.PERMISSION,
            r"(?i)\bPermissionError\b|bad credentials|\b401 unauthorized|no valid credential"
            r"|unable to locate credentials|\bExpiredToken\b|\bAccessDenied",
        ),
        (
            Category.CONFIG,
            r"(?i)yaml\.\w+\.\w*Error|could not parse|invalid (?:yaml|configuration)",
        ),
    )
)
_UNSTEADY = re.compile(
    r"(?i)\bflaky\b|exceeded timeout of \d+|timeout of \d+ ?ms exceeded|test timed out in \d+"
)

VAGUE = frozenset({Category.UNKNOWN, Category.CONFIG, Category.DOCKER})
"""Kinds behind which there may be a sharper one."""

BY_EXIT_CODE = {
    124: Category.STOPPED,
    126: Category.PERMISSION,
    127: Category.DEPENDENCY,
    137: Category.MEMORY,
    143: Category.STOPPED,
}

SENTENCES = {
    Category.TEST: "A test fails",
    Category.COMPILE: "The code does not compile",
    Category.LINT: "A linter objects to the code",
    Category.DEPENDENCY: "Something that is needed is not installed or not found",
    Category.VERSIONS: "Versions or sides do not fit together",
    Category.NETWORK: "The network or a server did not answer",
    Category.PERMISSION: "A permission, a login or a token is missing",
    Category.DISK: "The disk is full",
    Category.MEMORY: "The memory ran out, or the process was killed",
    Category.FILE: "A file that is named does not exist",
    Category.CONFIG: "A configuration is wrong",
    Category.CACHE: "A cache or a checksum is not what it should be",
    Category.DOCKER: "A command of the image's build failed",
    Category.DEPRECATED: "The runner or an action is too old",
    Category.STOPPED: "It was cancelled, or took too long",
    Category.FLAKY: "A test fails that may pass next time",
    Category.UNKNOWN: "It failed for a reason that the log does not name plainly",
}


def category_of(fault: Fault | None, step: Step | None) -> Category:
    """The kind of the cause: the error's own, what lies behind it, or what the exit code says."""
    if fault and fault.category is Category.TEST:
        return _behind_test(fault)
    if fault and fault.category in VAGUE and (found := _behind(fault.text)):
        return found
    if fault and fault.category is not Category.UNKNOWN:
        return fault.category
    by_code = BY_EXIT_CODE.get(step.exit_code or 0) if step else None
    if by_code:
        return by_code
    if step and step.cancelled:
        return Category.STOPPED
    return (_behind(fault.excerpt) if fault else None) or Category.UNKNOWN


def _behind_test(fault: Fault) -> Category:
    if _UNSTEADY.search(fault.text) or "flaky" in fault.excerpt.lower():
        return Category.FLAKY
    return _behind(fault.text) or Category.TEST


def _behind(text: str) -> Category | None:
    return next((category for category, pattern in BEHIND if pattern.search(text)), None)
