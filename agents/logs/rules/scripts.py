"""Shells, configuration files, and what any program prints when it fails."""

from agents.logs.fault import Category, Rank
from agents.logs.rule import Rule, seen

_EXACT, _SOME = Rank.EXACT, Rank.GENERAL
_SHELL = r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+): (?:line )?(?P<line>\d+): "

RULES = (
    Rule(
        "unable to",
        seen(r"^E: (?P<text>Unable to locate package \S+)"),
        Category.DEPENDENCY,
        _EXACT,
        "apt",
    ),
    Rule(
        "not found",
        seen(_SHELL + r"(?P<text>\S+: (?:command )?not found)$"),
        Category.DEPENDENCY,
        _EXACT,
        "sh",
    ),
    Rule(
        "not found",
        seen(
            r"^(?:\S*sh: )?(?:\d+: )?(?P<text>\S+: (?:command )?not found)$|command not found: \S+$"
        ),
        Category.DEPENDENCY,
        _EXACT,
        "sh",
    ),
    Rule(
        "not recognized",
        seen(r"(?P<text>.* is not recognized as .*)"),
        Category.DEPENDENCY,
        _EXACT,
        "cmd",
    ),
    Rule(
        "no such",
        seen(_SHELL + r"(?P<text>\S.*: No such file or directory)$"),
        Category.FILE,
        _EXACT,
        "sh",
    ),
    Rule(
        "denied",
        seen(_SHELL + r"(?P<text>\S.*: Permission denied)$"),
        Category.PERMISSION,
        _EXACT,
        "sh",
    ),
    Rule("error", seen(_SHELL + r"(?P<text>syntax error.*)"), Category.CONFIG, _EXACT, "sh"),
    Rule(
        "unbound", seen(_SHELL + r"(?P<text>\S+: unbound variable)$"), Category.CONFIG, _EXACT, "sh"
    ),
    Rule(
        "no such", seen(r"^(?P<text>[\w./-]+: .*No such file or directory)$"), Category.FILE, _SOME
    ),
    Rule(
        "error",
        seen(r"(?P<text>yaml: line (?P<line>\d+): .*|(?:YAML|yaml)\.\w*(?:Scanner|Parser)Error.*)"),
        Category.CONFIG,
        _EXACT,
        "yaml",
    ),
    Rule(
        "cannot ", seen(r"(?P<text>yaml: line (?P<line>\d+): .*)"), Category.CONFIG, _EXACT, "yaml"
    ),
    Rule("error", seen(r"(?P<text>Segmentation fault.*|core dumped)"), Category.UNKNOWN, _SOME),
    Rule(
        "error",
        seen(
            r"^(?P<path>(?:[A-Za-z]:)?[\w./\\-]+\.\w+)[:(](?P<line>\d+)"
            r"(?:[:,]\d+)?\)?: (?:fatal )?[Ee]rror:? (?P<text>.*)"
        ),
        Category.COMPILE,
        _EXACT,
    ),
    Rule(
        "error",
        seen(r"(?i)^\W{0,4}(?:\[?error\]?|err)(?:\s*[:!\]]|\s+-)\s*(?P<text>\S.*)"),
        Category.UNKNOWN,
        _SOME,
    ),
    Rule(
        "fatal",
        seen(r"(?i)^\W{0,4}fatal(?: error)?\s*[:!\]]\s*(?P<text>\S.*)"),
        Category.UNKNOWN,
        _SOME,
    ),
    Rule(
        "fail",
        seen(r"(?i)^\W{0,4}(?:failed|failure)\s*[:!\]]\s*(?P<text>\S.*)"),
        Category.UNKNOWN,
        _SOME,
    ),
    Rule("error", seen(r"(?P<text>.*(?:[Ee]rror|ERROR)\b.*)"), Category.UNKNOWN, Rank.AFTERMATH),
    Rule("fail", seen(r"(?P<text>.*\b(?:[Ff]ailed|FAILED)\b.*)"), Category.UNKNOWN, Rank.AFTERMATH),
)
