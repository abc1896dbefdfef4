"""Python: pytest, unittest, pip, poetry, uv, mypy, ruff, flake8, black, tracebacks."""

from agents.logs.fault import Category, Rank
from agents.logs.rule import Hunt, Rule, seen

_EXACT, _SOME, _AFTER = Rank.EXACT, Rank.GENERAL, Rank.AFTERMATH
_TEST, _LINT, _DEPENDENCY = Category.TEST, Category.LINT, Category.DEPENDENCY
_VERSIONS = Category.VERSIONS

_FRAME = seen(r'^\s*File "(?P<path>[^"<]+)", line (?P<line>\d+)')
_BEGIN = seen(r"Traceback \(most recent call last\)")
_FRAMES = Hunt(_FRAME, back=True, until=_BEGIN)
_RAISED = seen(
    r"^(?P<text>(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Exit|Warning)\b(?::.*)?)$"
)
_PYTEST_SAYS = Hunt(seen(r"^E\s{2,}(?P<text>\S.*)"), lines=400)
_PYTEST_AT = Hunt(
    seen(r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+\.py):(?P<line>\d+): (?!in )"),
    until=seen(r"^_{3,}|^={3,}"),
    last=True,
    instead=Hunt(
        seen(r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+\.py):(?P<line>\d+): in "),
        back=True,
        until=seen(r"^_{3,}|^={3,}"),
    ),
)

RULES = (
    Rule(
        "error",
        seen(r"^E\s{2,}(?P<text>(?:ModuleNotFoundError|ImportError: No module).*)"),
        _DEPENDENCY,
        _EXACT,
        "pytest",
        place=Hunt(
            seen(r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+\.py):(?P<line>\d+): "), lines=40, back=True
        ),
    ),
    Rule("fail", seen(r"^=+ FAILURES =+$"), _TEST, _EXACT, "pytest", _PYTEST_SAYS, _PYTEST_AT),
    Rule("error", seen(r"^=+ ERRORS =+$"), _TEST, _EXACT, "pytest", _PYTEST_SAYS, _PYTEST_AT),
    *(
        Rule(
            "fail",
            seen(rf"^FAILED (?P<path>[^\s:]+\.py)::(?P<text>\S.*{end})"),
            _TEST,
            rank,
            "pytest",
        )
        for end, rank in ((" - .*", _EXACT), ("", _SOME))
    ),
    Rule(
        "error",
        seen(r"^ERROR (?P<path>(?:[A-Za-z]:)?[^\s:]+\.py)(?P<text>::\S.*| - .*|$)"),
        _TEST,
        _EXACT,
        "pytest",
    ),
    Rule(
        "error",
        seen(r"^ERROR: (?P<text>(?:file or directory not|usage).*)"),
        Category.FILE,
        _EXACT,
        "pytest",
    ),
    Rule("fail", seen(r"^(?:=+ )?\d+ failed\b.* in [\d.]+s"), _TEST, _AFTER, "pytest"),
    Rule(
        "error",
        seen(r"^Required test coverage of|^FAIL Required test coverage|Coverage failure: total of"),
        _TEST,
        _EXACT,
        "coverage",
    ),
    Rule(
        "fail",
        seen(r"Required test coverage of \d|Coverage failure: total of"),
        _TEST,
        _EXACT,
        "coverage",
    ),
    *(
        Rule(
            word,
            seen(r"^(?:FAIL|ERROR): (?P<text>\w+ \([\w.]+\))"),
            _TEST,
            _EXACT,
            "unittest",
            Hunt(_RAISED, lines=80, until=seen(r"^={20,}$")),
            _FRAMES,
        )
        for word in ("fail", "error")
    ),
    Rule("fail", seen(r"^FAILED \((?:failures|errors)=\d"), _TEST, _AFTER, "unittest"),
    Rule(
        "error",
        seen(r"^(?P<text>ModuleNotFoundError: No module named .*)"),
        _DEPENDENCY,
        _EXACT,
        "python",
        place=_FRAMES,
    ),
    Rule("error", seen(r"No module named (?P<text>\S+)$"), _DEPENDENCY, _SOME, "python"),
    Rule(
        "error",
        seen(r"^(?P<text>(?:Syntax|Indentation|Tab)Error: .*)"),
        Category.COMPILE,
        _EXACT,
        "python",
        place=_FRAMES,
    ),
    Rule(
        "error",
        seen(r"^(?P<text>FileNotFoundError: .*)"),
        Category.FILE,
        _EXACT,
        "python",
        place=_FRAMES,
    ),
    *(
        Rule(word, _RAISED, Category.UNKNOWN, _SOME, "python", place=_FRAMES)
        for word in ("error", "exception")
    ),
    *(
        Rule("error", seen(pattern), category, _EXACT, "pip")
        for pattern, category in (
            (r"^ERROR: (?P<text>Could not find a version that satisfies.*)", _DEPENDENCY),
            (r"^ERROR: (?P<text>No matching distribution found.*)", _DEPENDENCY),
            (r"^ERROR: (?P<text>ResolutionImpossible.*)", _VERSIONS),
            (r"^ERROR: (?P<text>Cannot install .* conflicting dependencies\.?)", _VERSIONS),
            (r"^ERROR: (?P<text>Package '.*' requires a different Python.*)", _VERSIONS),
            (r"^ERROR: (?P<text>Could not open requirements file.*)", Category.FILE),
            (r"^ERROR: (?P<text>THESE PACKAGES DO NOT MATCH THE HASHES.*)", Category.CACHE),
            (
                r"^\s*(?:ERROR:|error:) +(?P<text>Failed (?:building wheel|to build) .*)",
                Category.COMPILE,
            ),
            (r"^ERROR: (?P<text>Invalid requirement: .*)", Category.CONFIG),
        )
    ),
    Rule(
        "error",
        seen(r"^\s*[×x╰] .*(?:did not run successfully|subprocess-exited)"),
        Category.COMPILE,
        _AFTER,
        "pip",
    ),
    Rule(
        "error",
        seen(r"^error: subprocess-exited-with-error|metadata-generation-failed"),
        Category.COMPILE,
        _AFTER,
        "pip",
    ),
    Rule("fail", seen(r"(?P<text>.*version solving failed)"), _VERSIONS, _EXACT, "poetry"),
    *(
        Rule(word, seen(pattern), _VERSIONS, _EXACT, tool)
        for word, tool, pattern in (
            (
                "error",
                "poetry",
                r"changed significantly since poetry\.lock|poetry\.lock is not up to date",
            ),
            ("error", "uv", r"(?:The )?lockfile at .* needs to be updated"),
            ("not found", "uv", r"No solution found when resolving"),
            ("no such", "uv", r"No solution found when resolving"),
            ("cannot ", "uv", r"we can conclude that .* cannot be used"),
            ("cannot ", "uv", r"requirements are unsatisfiable"),
        )
    ),
    Rule(
        "error",
        seen(r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+\.pyi?):(?P<line>\d+):(?:\d+:)? error: (?P<text>.*)"),
        _LINT,
        _EXACT,
        "mypy",
    ),
    Rule(
        "error",
        seen(r"^Found \d+ errors?(?: in \d+ files?.*|\.)?$"),
        _LINT,
        _EXACT,
        "ruff",
        Hunt(
            seen(
                r"^(?:(?:\./)?(?P<path>(?:[A-Za-z]:)?[^\s:]+\.(?:pyi?|ipynb)):(?P<line>\d+):\d+: )?"
                r"(?P<text>(?:[A-Z]{1,4}\d{3,4}|invalid-syntax:?) \S.*)"
            ),
            lines=400,
            back=True,
            last=True,
        ),
        Hunt(seen(r"^\s*--> (?P<path>(?:[A-Za-z]:)?[^\s:]+):(?P<line>\d+)"), lines=4),
    ),
    Rule(
        "error",
        seen(
            r"^(?:\./)?(?P<path>(?:[A-Za-z]:)?[^\s:]+\.pyi?):(?P<line>\d+):\d+:?"
            r" (?P<text>(?:[A-Z]{1,4}\d{3,4}|SyntaxError|invalid-syntax)\b.*)"
        ),
        _LINT,
        _EXACT,
        "flake8",
    ),
    Rule(
        "reformat",
        seen(r"^(?P<text>[Ww]ould reformat:? (?P<path>\S+\.(?:pyi?|ipynb)))"),
        _LINT,
        _EXACT,
        "formatter",
    ),
)
