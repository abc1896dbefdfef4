"""dotnet, Ruby, PHP."""

from agents.logs.fault import Category, Rank
from agents.logs.rule import Hunt, Rule, seen

_EXACT, _AFTER = Rank.EXACT, Rank.AFTERMATH
_TEST, _COMPILE, _DEPENDENCY = Category.TEST, Category.COMPILE, Category.DEPENDENCY
_VERSIONS = Category.VERSIONS

RULES = (
    Rule(
        "error",
        seen(
            r"^\s*(?P<path>[^\s(][^(]*\.(?:cs|fs|vb|razor"
            r"|cshtml))\((?P<line>\d+),\d+\): error (?P<text>\w+: .*?)(?: \[.*\])?$"
        ),
        _COMPILE,
        _EXACT,
        "dotnet",
    ),
    Rule(
        "error",
        seen(
            r"^\s*(?P<path>\S+\.\w*proj|\S+\.sln)(?:\((?P<line>\d+),\d+\))? ?: error"
            r" (?P<text>NU\d+: .*?)(?: \[.*\])?$"
        ),
        _DEPENDENCY,
        _EXACT,
        "dotnet",
    ),
    Rule(
        "error", seen(r"error (?P<text>(?:MSB|NETSDK)\d+: .*)"), Category.CONFIG, _EXACT, "dotnet"
    ),
    Rule(
        "fail",
        seen(r"^\s*Failed (?P<text>\w\S*(?:\(.*\))? \[[\d.<]+ ?\w+\])$"),
        _TEST,
        _EXACT,
        "dotnet test",
        place=Hunt(seen(r"^\s+at .* in (?P<path>\S.*):line (?P<line>\d+)$"), lines=20),
    ),
    Rule(
        "fail",
        seen(r"^\s*Failure/Error: (?P<text>.*)"),
        _TEST,
        _EXACT,
        "rspec",
        place=Hunt(seen(r"^\s*# (?P<path>\./\S+?):(?P<line>\d+):in"), lines=25),
    ),
    Rule(
        "fail",
        seen(r"^rspec (?P<path>\./[^:\s]+):(?P<line>\d+) # (?P<text>.*)"),
        _TEST,
        _EXACT,
        "rspec",
    ),
    Rule(
        "fail",
        seen(r"^(?:\s*\d+\) )?Failure:$"),
        _TEST,
        _EXACT,
        "minitest",
        message=Hunt(seen(r"^(?P<text>\S+#test_\w+) \[(?P<path>[^\]:]+):(?P<line>\d+)\]"), lines=3),
    ),
    Rule(
        "fail",
        seen(r"^(?P<text>[\w:]+#test_\w+).*\[(?P<path>[^\]:]+):(?P<line>\d+)\]:?$"),
        _TEST,
        _EXACT,
        "minitest",
    ),
    Rule(
        "error",
        seen(r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+\.rb):(?P<line>\d+):in .*: (?P<text>.*Error\).*)"),
        Category.UNKNOWN,
        Rank.GENERAL,
        "ruby",
    ),
    Rule(
        "could not ",
        seen(r"^(?P<text>Could not find (?:gem '|[\w-]+-\d).*)"),
        _DEPENDENCY,
        _EXACT,
        "bundler",
    ),
    Rule(
        "could not ",
        seen(
            r"^(?P<text>(?:Bundler could not find compatible versions|Could not find"
            r" compatible versions).*)"
        ),
        _VERSIONS,
        _EXACT,
        "bundler",
    ),
    Rule(
        "fail",
        seen(r"^An error occurred while installing .*|Gem::Ext::BuildError"),
        _COMPILE,
        Rank.GENERAL,
        "bundler",
    ),
    *(
        Rule(
            word,
            seen(r"^(?P<text>Failed asserting that .*)"),
            _TEST,
            _EXACT,
            "phpunit",
            place=Hunt(seen(r"^(?P<path>\S+\.php):(?P<line>\d+)$"), lines=40),
        )
        for word in ("fail",)
    ),
    *(
        Rule(
            "error",
            seen(
                rf"^(?:PHP )?(?:{kind}) error: +(?P<text>.*?) in (?P<path>\S+\.php)(?:"
                rf" on line |:)(?P<line>\d+)"
            ),
            category,
            _EXACT,
            "php",
        )
        for kind, category in (("Parse", _COMPILE), ("Fatal", Category.UNKNOWN))
    ),
    Rule(
        "could not ",
        seen(r"^\s*(?P<text>Your requirements could not be resolved.*)"),
        _VERSIONS,
        _EXACT,
        "composer",
    ),
    Rule("fail", seen(r"^FAILURES!$|^\d+ examples?, [1-9]\d* failures?"), _TEST, _AFTER),
)
