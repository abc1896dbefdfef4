"""Java and Kotlin: javac, maven, gradle."""

from agents.logs.fault import Category, Rank
from agents.logs.rule import Hunt, Rule, seen

_EXACT, _SOME, _AFTER = Rank.EXACT, Rank.GENERAL, Rank.AFTERMATH
_TEST, _COMPILE = Category.TEST, Category.COMPILE
_SOURCE = r"(?P<path>(?:[A-Za-z]:)?[^\s:\[\]]+\.(?:java|kt|scala|groovy))"
_AT = seen(r"^\s*(?:at .*\(|.* at )(?P<path>\w+\.(?:java|kt|groovy|scala)):(?P<line>\d+)\)?$")

RULES = (
    Rule(
        "error",
        seen(rf"^\[error\] {_SOURCE}:(?P<line>\d+):(?:\d+:)? (?P<text>.*)"),
        _COMPILE,
        _EXACT,
        "sbt",
    ),
    Rule(
        "error",
        seen(rf"^\[ERROR\] (?:file://)?{_SOURCE}:\[(?P<line>\d+),\d+\] (?P<text>.*)"),
        _COMPILE,
        _EXACT,
        "maven",
    ),
    Rule(
        "error", seen(rf"^{_SOURCE}:(?P<line>\d+): error: (?P<text>.*)"), _COMPILE, _EXACT, "javac"
    ),
    *(
        Rule(
            word,
            seen(rf"^e: (?:file://)?{_SOURCE}:(?P<line>\d+):\d+:? (?P<text>.*)"),
            _COMPILE,
            _EXACT,
            "kotlin",
        )
        for word in ("error", "undefined", "cannot ", "fail")
    ),
    *(
        Rule(
            "error",
            seen(pattern),
            _TEST,
            _EXACT,
            "maven",
            place=Hunt(_AT, lines=30),
        )
        for pattern in (
            r"^\[ERROR\] +(?P<text>[\w.$]+(?:\.|:)\w+:\d+ .*)",
            r"^\[ERROR\] (?P<text>[\w.$]+ +(?:-- )?Time elapsed: .*<<< (?:FAILURE|ERROR)!)",
            r"^\[ERROR\] (?P<text>\w+\([\w.$]+\) .*<<< (?:FAILURE|ERROR)!)",
        )
    ),
    Rule(
        "error",
        seen(r"^\[ERROR\] Tests run: .*(?:Failures: [1-9]|Errors: [1-9])"),
        _TEST,
        _AFTER,
        "maven",
    ),
    Rule(
        "error",
        seen(
            r"^\[ERROR\] (?:Failed to execute goal .*)?(?P<text>(?:Could not"
            r" (?:resolve|find)|Failure to find|Non-resolvable).*)"
        ),
        Category.DEPENDENCY,
        _EXACT,
        "maven",
    ),
    Rule(
        "error",
        seen(r"^\[ERROR\] Failed to execute goal .*(?P<text>Could not (?:resolve|find) .*)"),
        Category.DEPENDENCY,
        _EXACT,
        "maven",
    ),
    Rule(
        "error",
        seen(
            r"^\[ERROR\] .*(?P<text>Non-(?:parseable|readable) POM.*|Malformed POM.*"
            r"|'[\w.]+' .* is missing.*)"
        ),
        Category.CONFIG,
        _EXACT,
        "maven",
    ),
    Rule(
        "error",
        seen(r"(?P<text>release version \d+ not supported|invalid (?:target|source) release: \S+)"),
        Category.VERSIONS,
        _EXACT,
        "javac",
    ),
    Rule(
        "error",
        seen(
            r"^\[ERROR\] (?:COMPILATION ERROR|Failed to execute|\[Help|To see|Re-run"
            r"|For more|After corr|$|-> |Failures:|Errors:|There are test|Please"
            r" refer)"
        ),
        Category.UNKNOWN,
        _AFTER,
        "maven",
    ),
    Rule(
        "fail",
        seen(r"^(?P<text>[\w.$]+ > .+ FAILED)$"),
        _TEST,
        _EXACT,
        "gradle",
        place=Hunt(_AT, lines=8),
    ),
    Rule(
        "fail",
        seen(r"^FAILURE: Build failed with an exception"),
        Category.UNKNOWN,
        _SOME,
        "gradle",
        Hunt(seen(r"^> (?P<text>\S.*)"), lines=15),
        Hunt(
            seen(
                r"^(?:Build|Script|Settings) (?:file|script) '(?P<path>[^']+)' line: (?P<line>\d+)"
            ),
            lines=20,
            back=True,
        ),
    ),
    Rule(
        "could not ",
        seen(r"^\s*>? ?(?P<text>Could not (?:find|resolve) [\w.${}-]+:[\w.-]+:\S+)"),
        Category.DEPENDENCY,
        _EXACT,
        "gradle",
    ),
    Rule(
        "could not ",
        seen(r"^> (?P<text>Could not (?:find|set|get unknown) (?:method|property|unknown).*)"),
        Category.CONFIG,
        _EXACT,
        "gradle",
    ),
    Rule(
        "fail",
        seen(
            r"^> Task \S+ FAILED|^BUILD FAILED|^\[INFO\] BUILD FAILURE|^> There were failing tests"
        ),
        Category.UNKNOWN,
        _AFTER,
        "gradle",
    ),
    Rule(
        "exception",
        seen(r"^Exception in thread \"[^\"]*\" (?P<text>[\w.]+.*)"),
        Category.UNKNOWN,
        _SOME,
        "java",
        place=Hunt(_AT, lines=30),
    ),
)
