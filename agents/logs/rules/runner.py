"""What those who run pipelines say themselves: GitHub, GitLab, Jenkins, Azure."""

from agents.logs.fault import Category, Rank
from agents.logs.rule import Rule, seen

_MOST, _EXACT, _AFTER = Rank.DECISIVE, Rank.EXACT, Rank.AFTERMATH

RULES = (
    Rule("##[", seen(r"##\[error\]Process completed with exit code"), Category.UNKNOWN, _AFTER),
    Rule("exit", seen(r"(?i)exit(?:ed)? (?:with )?(?:code|status)"), Category.UNKNOWN, _AFTER),
    Rule("cancel", seen(r"##\[error\]The operation was cancell?ed"), Category.STOPPED, _AFTER),
    Rule("cancel", seen(r"script canceled externally|Finished: ABORTED"), Category.STOPPED, _AFTER),
    Rule(
        "error",
        seen(
            r"exceeded the maximum execution time|The action .* has timed out after"
            r"|Job failed: execution took longer than|Cancelling nested steps due to timeout"
            r"|Too long with no output|has timed out after \d+ minutes"
        ),
        Category.STOPPED,
        _MOST,
    ),
    Rule(
        "timeout",
        seen(r"Cancelling nested steps due to timeout|Timeout has been exceeded"),
        Category.STOPPED,
        _MOST,
    ),
    Rule(
        "error",
        seen(r"The runner has received a shutdown signal|lost communication with the server"),
        Category.STOPPED,
        _MOST,
    ),
    Rule(
        "error",
        seen(
            r"uses a deprecated version of|(?:environment|image|runner) .*(?:is|was|has been) "
            r"(?:deprecated|removed|retired)|[Dd]eprecated.*will fail|unsupported runner"
            r"|save-state|No (?:runner|hosted).*(?:matching|available)"
        ),
        Category.DEPRECATED,
        _EXACT,
    ),
    Rule(
        "fail",
        seen(r"automatically failed because it uses a deprecated version"),
        Category.DEPRECATED,
        _EXACT,
    ),
    Rule(
        "error",
        seen(r"Resource not accessible by integration|Input required and not supplied: .*token"),
        Category.PERMISSION,
        _EXACT,
    ),
    Rule(
        "error",
        seen(
            r"Input required and not supplied|Unexpected input|Invalid workflow file"
            r"|Unrecognized (?:named-value|function)|The template is not valid|Invalid pattern"
            r"|(?:Can't|Unable to) (?:find|resolve) action|Unable to find .*action\.ya?ml"
        ),
        Category.CONFIG,
        _EXACT,
    ),
    Rule(
        "error",
        seen(r"No files were found with the provided path|[Uu]nable to find any artifacts"),
        Category.FILE,
        _EXACT,
    ),
    Rule(
        "error",
        seen(
            r"(?i)(?<!compute )cache (?:service|entry|key).*(?:fail|respond|not found"
            r"|miss)|restore cache"
        ),
        Category.CACHE,
        _EXACT,
    ),
    Rule(
        "fail",
        seen(r"(?i)failed to (?:restore|save|download) (?:the )?cache|fail-on-cache-miss"),
        Category.CACHE,
        Rank.GENERAL,
    ),
    Rule(
        "error",
        seen(r"##\[error\](?P<path>[\w./\\-]+)[:(](?P<line>\d+)"),
        Category.UNKNOWN,
        Rank.GENERAL,
    ),
    Rule("##[", seen(r"##\[error\](?P<text>\S.*)"), Category.UNKNOWN, Rank.GENERAL),
    Rule(
        "error",
        seen(r"^::error (?:.*?file=(?P<path>[^,:]+))?(?:.*?line=(?P<line>\d+))?.*?::(?P<text>.+)"),
        Category.UNKNOWN,
        Rank.GENERAL,
    ),
)
