"""C, C++, make, cmake, ninja, Rust, Go."""

from agents.logs.fault import Category, Rank
from agents.logs.rule import Hunt, Rule, seen

_EXACT, _SOME, _AFTER = Rank.EXACT, Rank.GENERAL, Rank.AFTERMATH
_TEST, _COMPILE, _CONFIG = Category.TEST, Category.COMPILE, Category.CONFIG

_GO_SAYS = seen(r"^\s+(?P<path>\w[\w./-]*\.go):(?P<line>\d+): (?P<text>.*)")
_GO_AT = Hunt(
    _GO_SAYS,
    lines=30,
    until=seen(r"^(?:--- |FAIL\b|ok\s|=== RUN)"),
    instead=Hunt(_GO_SAYS, back=True, last=True, until=seen(r"^(?:--- |=== RUN|ok\s)")),
)

RULES = (
    Rule(
        "no such",
        seen(
            r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+):(?P<line>\d+):(?:\d+:)? fatal error:"
            r" (?P<text>\S+: No such file or directory)"
        ),
        Category.DEPENDENCY,
        _EXACT,
        "gcc",
    ),
    Rule(
        "not found",
        seen(
            r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+):(?P<line>\d+):\d+: fatal error:"
            r" (?P<text>'.*' file not found)"
        ),
        Category.DEPENDENCY,
        _EXACT,
        "clang",
    ),
    Rule(
        "error",
        seen(
            r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+\.(?:[chCH]\w{0,2}|m|mm|cu|s|S|f\d\d"
            r"|ino)):(?P<line>\d+):(?:\d+:)? (?:fatal )?error: (?P<text>(?!.*(?:No"
            r" such file|file not found)).*)"
        ),
        _COMPILE,
        _EXACT,
        "gcc",
    ),
    Rule(
        "error",
        seen(
            r"^(?P<path>\S+\.[ch]\w*)\((?P<line>\d+)(?:,\d+)?\): (?:fatal )?error"
            r" (?P<text>C\d+: .*)"
        ),
        _COMPILE,
        _EXACT,
        "msvc",
    ),
    Rule(
        "undefined",
        seen(
            r"(?:^|[ /])(?P<path>[\w./-]+\.[ch]\w*):(?:(?P<line>\d+):|\([^)]*\):)"
            r" (?P<text>undefined reference to .*)"
        ),
        _COMPILE,
        _EXACT,
        "ld",
    ),
    Rule(
        "undefined",
        seen(r"(?P<text>undefined (?:reference|symbol)s?(?: to|:) .*)"),
        _COMPILE,
        _EXACT,
        "ld",
    ),
    Rule(
        "cannot ",
        seen(
            r"(?:ld(?:\.\w+)?: (?:error: )?)(?P<text>(?:cannot|unable to) find (?:library )?-l\S+)"
        ),
        Category.DEPENDENCY,
        _EXACT,
        "ld",
    ),
    Rule(
        "error", seen(r"collect2: error: ld returned|linker command failed"), _COMPILE, _AFTER, "ld"
    ),
    Rule(
        "error",
        seen(r"^CMake Error at (?P<path>(?:[A-Za-z]:)?[^\s:]+):(?P<line>\d+) \((?P<text>.*)\):"),
        _CONFIG,
        _EXACT,
        "cmake",
        Hunt(seen(r"^  (?P<text>\S.*)"), lines=6),
        Hunt(
            seen(r"^CMake Error at (?P<path>(?:[A-Za-z]:)?[^\s:]+):(?P<line>\d+)"),
            lines=4,
            back=True,
        ),
    ),
    Rule("error", seen(r"^CMake Error: (?P<text>\S.*)"), _CONFIG, _EXACT, "cmake"),
    Rule(
        "error",
        seen(r"^ninja: error: (?P<text>.*missing and no known rule.*)"),
        Category.FILE,
        _EXACT,
        "ninja",
    ),
    Rule("error", seen(r"^ninja: error: (?P<text>.*)"), _CONFIG, _SOME, "ninja"),
    Rule("fail", seen(r"^FAILED: (?P<text>\S.*)|^ninja: build stopped"), _COMPILE, _AFTER, "ninja"),
    Rule(
        "***",
        seen(
            r"^(?:\S*make(?:\[\d+\])?|(?P<path>[\w./-]+):(?P<line>\d+)): \*\*\*"
            r" (?:\[[^\]]*\] )?(?P<text>No rule to make target .*)"
        ),
        Category.FILE,
        _EXACT,
        "make",
    ),
    Rule(
        "***",
        seen(r"^(?P<path>[\w./-]+):(?P<line>\d+): \*\*\* (?P<text>(?!\[).*Stop\.)"),
        _CONFIG,
        _EXACT,
        "make",
    ),
    Rule(
        "***",
        seen(r"make(?:\[\d+\])?: \*\*\* \[(?:(?P<path>[\w./-]+):(?P<line>\d+): )?[^\]]+\]"),
        Category.UNKNOWN,
        _AFTER,
        "make",
    ),
    Rule(
        "fail",
        seen(r"^\s*\d+ - (?P<text>\S+ \((?:Failed|Timeout|SEGFAULT|Subprocess aborted)\))"),
        _TEST,
        _EXACT,
        "ctest",
    ),
    Rule(
        "fail",
        seen(r"^\[  FAILED  \] (?P<text>\w\S*\.\S+ \(\d+ ms\))"),
        _TEST,
        _EXACT,
        "gtest",
        place=Hunt(
            seen(r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+):(?P<line>\d+): Failure"),
            back=True,
            lines=40,
            until=seen(r"^\[ RUN"),
        ),
    ),
    Rule(
        "error",
        seen(
            r"^error(?:\[(?P<code>E\d+)\])?: (?P<text>(?!could not compile|failed to push|aborting"
            r"|test failed|process didn|\d+ target)\S.*)"
        ),
        _COMPILE,
        _SOME,
        "rustc",
        place=Hunt(seen(r"^\s*--> (?P<path>(?:[A-Za-z]:)?[^\s:]+):(?P<line>\d+):\d+"), lines=6),
    ),
    Rule(
        "error",
        seen(r"^error\[E\d+\]: (?P<text>\S.*)"),
        _COMPILE,
        _EXACT,
        "rustc",
        place=Hunt(seen(r"^\s*--> (?P<path>(?:[A-Za-z]:)?[^\s:]+):(?P<line>\d+):\d+"), lines=6),
    ),
    Rule(
        "error",
        seen(r"^error: (?:could not compile|aborting due to|test failed|\d+ targets? failed)"),
        _COMPILE,
        _AFTER,
        "cargo",
    ),
    Rule(
        "error",
        seen(r"^error: (?P<text>failed to select a version.*)"),
        Category.VERSIONS,
        _EXACT,
        "cargo",
    ),
    Rule(
        "error",
        seen(r"^error: (?P<text>the lock file .* needs to be updated.*)"),
        Category.VERSIONS,
        _EXACT,
        "cargo",
    ),
    Rule(
        "error",
        seen(r"^error: (?P<text>no matching package .*found.*)"),
        Category.DEPENDENCY,
        _EXACT,
        "cargo",
    ),
    Rule("error", seen(r"^error: (?P<text>failed to parse manifest.*)"), _CONFIG, _EXACT, "cargo"),
    Rule(
        "panic",
        seen(
            r"^thread '.*' (?:\(\d+\) )?panicked at"
            r" (?P<path>(?:[A-Za-z]:)?[^\s:']+):(?P<line>\d+):\d+"
        ),
        _TEST,
        _EXACT,
        "cargo test",
    ),
    Rule(
        "panic",
        seen(
            r"^thread '.*' panicked at '(?P<text>.*)',"
            r" (?P<path>(?:[A-Za-z]:)?[^\s:]+):(?P<line>\d+):\d+"
        ),
        _TEST,
        _EXACT,
        "cargo test",
    ),
    Rule(
        "fail", seen(r"^test \S+ \.\.\. FAILED$|^test result: FAILED"), _TEST, _AFTER, "cargo test"
    ),
    Rule(
        "fail",
        seen(r"^\s*--- FAIL: (?P<text>\S+ \([\d.]+s\))"),
        _TEST,
        _EXACT,
        "go test",
        message=_GO_AT,
    ),
    Rule(
        "panic",
        seen(r"^panic: (?P<text>(?!.*recovered).*)"),
        _TEST,
        _EXACT,
        "go",
        place=Hunt(seen(r"^\t(?P<path>\S+\.go):(?P<line>\d+) \+0x"), lines=40),
    ),
    Rule(
        "fail",
        seen(r"^FAIL(?:\s+\S+\s+(?:[\d.]+s|\[(?:build|setup) failed\]))?$"),
        _TEST,
        _AFTER,
        "go test",
    ),
    *(
        Rule(
            word,
            seen(r"^(?P<path>[\w./-]+\.go):(?P<line>\d+):\d+: (?P<text>.* \([a-z]{3,20}\))$"),
            Category.LINT,
            _EXACT,
            "golangci-lint",
        )
        for word in ("error", "undefined", "fail", "exit")
    ),
    *(
        Rule(
            word,
            seen(r"^(?:vet: )?(?:\./)?(?P<path>[\w./-]+\.go):(?P<line>\d+):\d+: (?P<text>.*)"),
            _COMPILE,
            _EXACT,
            "go build",
        )
        for word in ("undefined", "cannot ", "error", "no such", "not found", "fail", "exit")
    ),
    Rule(
        "no such",
        seen(r"no required module provides package|cannot find (?:module|package)"),
        Category.DEPENDENCY,
        _EXACT,
        "go",
    ),
    Rule(
        "cannot ",
        seen(
            r"^(?:(?P<path>\S+\.go):(?P<line>\d+):\d+: )?(?P<text>cannot find (?:main"
            r" )?(?:module|package).*)"
        ),
        Category.DEPENDENCY,
        _EXACT,
        "go",
    ),
    Rule("no such", seen(r"^go: (?P<text>.*)"), Category.DEPENDENCY, _SOME, "go"),
)
