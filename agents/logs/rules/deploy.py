"""Containers, infrastructure and git: docker, terraform, ansible, helm, kubectl."""

from agents.logs.fault import Category, Rank
from agents.logs.rule import Hunt, Rule, seen

_EXACT, _SOME, _AFTER = Rank.EXACT, Rank.GENERAL, Rank.AFTERMATH
_CONFIG, _DOCKER = Category.CONFIG, Category.DOCKER

_MARKED = Hunt(
    seen(r"^(?P<path>\S*(?:[Dd]ockerfile|Containerfile)\S*):(?P<line>\d+)$"), lines=40, back=True
)
_FORWARD = Hunt(_MARKED.pattern, lines=20)

RULES = (
    Rule(
        "error",
        seen(
            r"^ERROR: failed to (?:solve|build): (?:failed to solve: )?(?:.*:"
            r" )?(?P<text>dockerfile parse error.*|unknown instruction.*)"
        ),
        _CONFIG,
        _EXACT,
        "docker",
        place=_MARKED,
    ),
    Rule(
        "error",
        seen(r"^ERROR: (?P<text>failed to calculate checksum .*not found)"),
        Category.FILE,
        _EXACT,
        "docker",
        place=_FORWARD,
    ),
    Rule(
        "error",
        seen(
            r"^ERROR: failed to (?:solve|build): .*(?P<text>failed to (?:compute"
            r" cache key|calculate checksum).*not found)"
        ),
        Category.FILE,
        _EXACT,
        "docker",
        place=_MARKED,
    ),
    Rule(
        "error",
        seen(
            r"^ERROR: failed to (?:solve|build): .*(?P<text>pull access denied.*"
            r"|.*insufficient_scope.*)"
        ),
        Category.PERMISSION,
        _EXACT,
        "docker",
        place=_MARKED,
    ),
    Rule(
        "error",
        seen(
            r"^ERROR: failed to (?:solve|build): (?P<text>\S+: .*(?:not found|manifest unknown).*)"
        ),
        Category.DEPENDENCY,
        _EXACT,
        "docker",
        place=_MARKED,
    ),
    Rule(
        "error",
        seen(
            r"^(?:#\d+ )?ERROR: (?:failed to (?:solve|build): )?(?:failed to solve:"
            r" )?(?P<text>process \".*\" did not complete.*)"
        ),
        _DOCKER,
        _SOME,
        "docker",
        place=_MARKED,
    ),
    Rule(
        "error",
        seen(r"^(?:ERROR: )?(?P<text>failed to (?:solve|build): .*)"),
        _DOCKER,
        _SOME,
        "docker",
        place=_MARKED,
    ),
    Rule(
        "cannot ",
        seen(r"(?P<text>Cannot connect to the Docker daemon.*)"),
        _DOCKER,
        _EXACT,
        "docker",
    ),
    Rule(
        "error", seen(r"^The command '.*' returned a non-zero code: \d+"), _DOCKER, _SOME, "docker"
    ),
    Rule(
        "exit",
        seen(r"^(?P<text>The command '.*' returned a non-zero code: \d+)"),
        _DOCKER,
        _SOME,
        "docker",
    ),
    Rule(
        "error",
        seen(r"^(?:[│|] )?Error: (?P<text>\S.*)"),
        _CONFIG,
        _SOME,
        "",
        place=Hunt(
            seen(r"^[│|]?\s*on (?P<path>\S+\.tf(?:vars)?)(?:\.json)? line (?P<line>\d+)"), lines=8
        ),
    ),
    Rule(
        "error",
        seen(r"^[│|] Error: (?P<text>\S.*)"),
        _CONFIG,
        _EXACT,
        "terraform",
        place=Hunt(seen(r"^[│|]?\s*on (?P<path>\S+\.tf(?:vars)?) line (?P<line>\d+)"), lines=8),
    ),
    Rule(
        "fatal",
        seen(r"^fatal: \[[^\]]+\]: (?P<text>(?:FAILED|UNREACHABLE)! => .*)"),
        _CONFIG,
        _EXACT,
        "ansible",
        unless=seen(r"^\.\.\.ignoring"),
        place=Hunt(seen(r"^task path: (?P<path>\S+):(?P<line>\d+)"), lines=20, back=True),
    ),
    Rule(
        "error",
        seen(r"^ERROR! (?P<text>.*)"),
        _CONFIG,
        _EXACT,
        "ansible",
        place=Hunt(
            seen(r"^The error appears to be in '(?P<path>[^']+)': line (?P<line>\d+)"), lines=10
        ),
    ),
    Rule(
        "fail",
        seen(r"^\S+\s+: ok=\d+ .*(?:failed=[1-9]|unreachable=[1-9])"),
        _CONFIG,
        _AFTER,
        "ansible",
    ),
    Rule(
        "error",
        seen(r"^Error: (?P<text>(?:INSTALLATION|UPGRADE) FAILED: .*)"),
        _CONFIG,
        _EXACT,
        "helm",
    ),
    Rule(
        "error",
        seen(
            r"Error: .*?(?P<text>(?:template|parse error at|YAML parse error on):?"
            r" ?\(?(?P<path>[\w./-]+):?(?P<line>\d+)?.*)"
        ),
        _CONFIG,
        _EXACT,
        "helm",
    ),
    Rule(
        "error",
        seen(r"^(?P<text>Error from server \(Forbidden\): .*)"),
        Category.PERMISSION,
        _EXACT,
        "kubectl",
    ),
    Rule("error", seen(r"^(?P<text>Error from server .*)"), _CONFIG, _EXACT, "kubectl"),
    Rule(
        "error",
        seen(r"^error: (?P<text>(?:error (?:parsing|validating)|unable to recognize|the path) .*)"),
        _CONFIG,
        _EXACT,
        "kubectl",
        place=Hunt(seen(r"error parsing (?P<path>(?:[A-Za-z]:)?[^\s:]+)"), lines=1, back=True),
    ),
    Rule(
        "timed out",
        seen(r"^error: (?P<text>timed out waiting for the condition.*)"),
        Category.STOPPED,
        _EXACT,
        "kubectl",
    ),
    Rule(
        "conflict",
        seen(r"^CONFLICT \([^)]*\): (?P<text>Merge conflict in (?P<path>\S.*))$"),
        Category.VERSIONS,
        _EXACT,
        "git",
    ),
    Rule("fail", seen(r"^Automatic merge failed"), Category.VERSIONS, _AFTER, "git"),
    Rule(
        "error",
        seen(r"^ ?! \[(?:remote )?rejected\].*|^error: failed to push some refs"),
        Category.PERMISSION,
        _SOME,
        "git",
    ),
    Rule(
        "fatal",
        seen(r"^(?:remote: |fatal: )(?P<text>(?:Authentication failed|could not read Username).*)"),
        Category.PERMISSION,
        _EXACT,
        "git",
    ),
    Rule("fatal", seen(r"^fatal: (?P<text>.*)"), Category.UNKNOWN, _SOME, "git"),
)
