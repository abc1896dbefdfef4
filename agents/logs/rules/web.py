"""JavaScript and TypeScript: npm, yarn, pnpm, tsc, eslint, jest, vitest, mocha, node."""

from agents.logs.fault import Category, Rank
from agents.logs.rule import Hunt, Rule, seen

_EXACT, _SOME, _AFTER = Rank.EXACT, Rank.GENERAL, Rank.AFTERMATH
_TEST, _LINT, _COMPILE = Category.TEST, Category.LINT, Category.COMPILE
_DEPENDENCY, _VERSIONS = Category.DEPENDENCY, Category.VERSIONS

_AT = seen(r"^\s*(?:at |❯ )(?:.*[( ])?(?:file://)?(?P<path>[^\s()]+?\.\w+):(?P<line>\d+):\d+\)?$")
_NEXT = seen(r"^\s*(?:FAIL |PASS |⎯{10})")
_STACK = Hunt(_AT, lines=60, until=seen(r"^\s*(?:● |FAIL |PASS |⎯{10})"))
_NPM = r"^npm (?:ERR!|error) "

RULES = (
    *(
        Rule(word, seen(_NPM + pattern), category, rank, "npm")
        for pattern, category, rank in (
            (r"code ERESOLVE", _VERSIONS, _EXACT),
            (r"code ETARGET|(?:notarget )?No matching version found", _DEPENDENCY, _EXACT),
            (r"code E404", _DEPENDENCY, _EXACT),
            (r"code (?:EBADENGINE|EUSAGE|EBADPLATFORM)", _VERSIONS, _EXACT),
            (r"code (?:E401|E403|EACCES|EPERM|ENEEDAUTH)", Category.PERMISSION, _EXACT),
            (
                r"code (?:ENOTFOUND|ECONN\w+|ETIMEDOUT|EAI_AGAIN|E50\d|ERR_SOCKET_\w+)",
                Category.NETWORK,
                _EXACT,
            ),
            (r"code ENOENT|enoent ", Category.FILE, _EXACT),
            (r"code EINTEGRITY", Category.CACHE, _EXACT),
            (r"(?:code EJSONPARSE|Invalid package\.json)", Category.CONFIG, _EXACT),
            (r"Missing script: ", Category.CONFIG, _EXACT),
            (r"(?:`npm ci`|cipm) can only install", _VERSIONS, _EXACT),
            (
                r"(?:code (?:ELIFECYCLE|1\b)|errno|Exit status|Lifecycle|command "
                r"|path |A complete log|Test failed)",
                Category.UNKNOWN,
                _AFTER,
            ),
        )
        for word in ("err!", "error")
    ),
    *(
        Rule("error", seen(pattern), _VERSIONS, _EXACT, tool)
        for tool, pattern in (
            (
                "pnpm",
                r"ERR_PNPM_(?:OUTDATED_LOCKFILE|PEER_DEP\w*|UNSUPPORTED_ENGINE|NO_MATCHING\w*)",
            ),
            ("yarn", r"^error Your lockfile needs to be updated"),
            ("yarn", r"^error .*The engine .* is incompatible"),
        )
    ),
    Rule(
        "cannot ", seen(r"ERR_PNPM_(?:OUTDATED_LOCKFILE|NO_MATCHING\w*)"), _VERSIONS, _EXACT, "pnpm"
    ),
    Rule(
        "error",
        seen(r"^error Couldn't find (?:any versions for|package)"),
        _DEPENDENCY,
        _EXACT,
        "yarn",
    ),
    Rule(
        "fail",
        seen(r"^➤ YN0000: .*Failed with errors"),
        _VERSIONS,
        _EXACT,
        "yarn",
        Hunt(seen(r"^➤ YN00(?!00|07|13)\d\d: │? ?(?P<text>.+)"), lines=30, back=True),
    ),
    *(
        Rule(
            word,
            seen(
                r"^(?P<path>(?:[A-Za-z]:)?[^\s(:]+\.[cm]?[tj]sx?)(?:\("
                r"|:)(?P<line>\d+)(?:,|:)\d+\)?(?: -|:) error (?P<text>TS\d+: .*)"
            ),
            _COMPILE,
            _EXACT,
            "tsc",
        )
        for word in ("error",)
    ),
    Rule("error", seen(r"^error (?P<text>TS\d+: .*)"), Category.CONFIG, _EXACT, "tsc"),
    Rule(
        "error",
        seen(r"^\s+(?P<line>\d+):\d+\s+error\s+(?P<text>\S.*?\s{2,}\S+)\s*$"),
        _LINT,
        _EXACT,
        "eslint",
        place=Hunt(seen(r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+\.\w+)$"), lines=200, back=True),
    ),
    Rule(
        "error",
        seen(r"^\s{2,}Error: (?P<text>(?:expect\(|Timed out \d|locator\.|page\.).*)"),
        _TEST,
        _EXACT,
        "playwright",
        place=_STACK,
    ),
    Rule("error", seen(r"^✖ \d+ problems? \("), _LINT, _AFTER, "eslint"),
    Rule(
        "error",
        seen(r"^\[error\] (?P<path>\S+\.\w+)(?:: (?P<text>.*))?$"),
        _LINT,
        _EXACT,
        "prettier",
    ),
    Rule(
        "fail",
        seen(r"^\s*FAIL\s+(?P<path>\S+\.[cm]?[jt]sx?)(?: \([\d.]+ m?s\))?$"),
        _TEST,
        _EXACT,
        "jest",
        message=Hunt(
            seen(r"^\s+(?P<text>[^\s●].*)"),
            lines=200,
            after=seen(r"^\s*● (?!Console)"),
            until=_NEXT,
        ),
        place=_STACK,
    ),
    Rule(
        "fail",
        seen(r"^\s*FAIL\s+(?P<path>\S+\.[cm]?[jt]sx?) (?:>|\[).*$"),
        _TEST,
        _EXACT,
        "vitest",
        message=Hunt(seen(r"^(?P<text>\w*(?:Error|Exception)\b.*)"), lines=20),
        place=_STACK,
    ),
    Rule(
        "fail",
        seen(r"^\s+\d+ failing$"),
        _TEST,
        _EXACT,
        "mocha",
        Hunt(seen(r"^\s+(?P<text>\w*(?:Error|Exception)\b.*: \S.*)"), lines=40),
        _STACK,
    ),
    Rule(
        "not ok",
        seen(r"^\s*not ok \d+ -? ?(?P<text>[^#]*)$"),
        _TEST,
        _EXACT,
        "tap",
        place=Hunt(
            seen(
                r"^\s*(?:location: '?|at: ?|at .*[( ])(?:file://)?(?P<path>[^\s()']+?\.\w+):(?P<line>\d+)"
            ),
            lines=30,
        ),
    ),
    Rule("fail", seen(r"^(?:Tests|Test Suites|Test Files):?\s+\d+ failed"), _TEST, _AFTER, "jest"),
    Rule(
        "error",
        seen(r"^(?:Error: )?(?P<text>Cannot find (?:module|package) '[^.'/][^']*'.*)"),
        _DEPENDENCY,
        _EXACT,
        "node",
        place=_STACK,
    ),
    Rule(
        "cannot ",
        seen(r"(?P<text>Cannot find (?:module|package) '[^.'/][^']*'.*)"),
        _DEPENDENCY,
        _SOME,
        "node",
        place=_STACK,
    ),
    Rule(
        "cannot ",
        seen(r"(?P<text>Cannot find (?:module|package) '[./][^']*'.*)"),
        Category.FILE,
        _SOME,
        "node",
        place=_STACK,
    ),
    Rule(
        "not found",
        seen(r"Module not found: (?:Error: )?(?P<text>.*)"),
        _DEPENDENCY,
        _EXACT,
        "webpack",
    ),
    Rule("error", seen(r"^ERROR in (?P<path>\./\S+|\S+\.\w+)"), _COMPILE, _SOME, "webpack"),
    Rule(
        "error",
        seen(r"^(?:Uncaught )?(?P<text>(?:[A-Z]\w*)?Error(?: \[\w+\])?: \S.*)"),
        Category.UNKNOWN,
        _SOME,
        "node",
        place=_STACK,
    ),
)
