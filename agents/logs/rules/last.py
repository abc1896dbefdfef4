"""Places as linters name them without saying that this is an error: tried only where a step failed
and nothing else explains it."""

from agents.logs.fault import Category
from agents.logs.rule import seen

LAST = (
    (
        seen(
            r"^(?:\./)?(?P<path>[\w@./\\-]*\w):(?P<line>\d+)(?::\d+)?:? "
            r"(?P<text>(?:\w: )?\[?[A-Z][A-Za-z]*\d{2,4}\b.*|\w: \[?\w+/\w+.*"
            r"|.*\[[\w/-]+\]$|.*\(\w+\)$)"
        ),
        Category.LINT,
    ),
    (
        seen(r"^(?:\./)?(?P<path>[\w@./\\-]*\.\w+):(?P<line>\d+)(?::\d+)?: (?P<text>\S.*)"),
        Category.LINT,
    ),
    (seen(r"^In (?P<path>\S+) line (?P<line>\d+)(?P<text>):$"), Category.LINT),
)
