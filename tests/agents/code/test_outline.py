"""Outlines: every language gives its definitions, and no text at all breaks them."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.code import Symbol, outline, uses
from agents.code.grammar import LANGUAGES, language_of


@dataclass(frozen=True)
class Case:
    text: str
    told: str
    """Kind and path of each definition, in order."""


CASES = {
    "python": Case(
        "@cache\ndef f(a): pass\n\nclass A(B):\n    x = 1\n    async def m(self):\n        y = 2\n"
        "if True:\n    Z: int = 3\na.b = 1\n",
        "function f, class A, variable A.x, method A.m, variable Z",
    ),
    "javascript": Case(
        "export const f = (a) => 1, n = 2;\nclass A extends B { m() {} g = () => 2 }\n"
        "exports.run = function () { const inner = 1; };\nmodule.exports = { x() {} };\n",
        "function f, variable n, class A, method A.m, method A.g, function run, method x",
    ),
    "typescript": Case(
        "export interface I { m(): void }\ntype T = string;\nenum E { A }\n"
        "namespace N { export function q(): void {} }\nabstract class C { private x = 1 }\n",
        "interface I, method I.m, type T, enum E, namespace N, function N.q, class C, field C.x",
    ),
    "tsx": Case("export const App = () => <div>class No {}</div>;\n", "function App"),
    "go": Case(
        "package x\ntype T struct{ a int }\nfunc (t *T) M(a int) error { return nil }\n"
        "func F() {}\nconst A = 1\nvar c, d = 1, 2\n",
        "type T, method T.M, function F, constant A, variable c, variable d",
    ),
    "rust": Case(
        "pub struct S<T>{a:T}\nimpl<T> Tr for S<T> { fn m(&self)->u8 { 1 } }\nmod q { fn z() {} }\n"
        "macro_rules! mm { () => {} }\n",
        "struct S, impl S, method S.m, module q, function q.z, macro mm",
    ),
    "java": Case(
        "class A { int f = 1, g; A() {} void m(int a) {} enum E { X } record R(int a) {} }\n",
        "class A, field A.f, field A.g, method A.A, method A.m, enum A.E, record A.R",
    ),
    "bash": Case("foo() { X=1; }\nA=1\n", "function foo, variable A"),
    "c": Case(
        "#define M 1\nstruct S { int a; };\ntypedef struct { int b; } T, *P;\n"
        "static int *f(struct S *s) { return 0; }\nint proto(void);\nint g = 1;\nint (*fp)(int);\n",
        "macro M, struct S, type T, type P, function f, function proto, variable g, variable fp",
    ),
    "cpp": Case(
        "namespace a { template<class T> class C : D { C(); void m() const; int x; }; }\n"
        "void a::C::m() const {}\n",
        "namespace a, class a.C, method a.C.C, method a.C.m, field a.C.x, method C.m",
    ),
    "ruby": Case(
        "module M\n  class A < B\n    X = 1\n    def ok?(a); end\n    "
        "def self.s; end\n  end\nend\n",
        "module M, class M.A, variable M.A.X, method M.A.ok?, method M.A.s",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_gives_its_definitions_in_order(language: str) -> None:
    case = CASES[language]
    told = ", ".join(f"{s.kind} {s.path}" for s in outline(case.text, language))
    assert told == case.told


def test_a_symbol_knows_its_lines_and_its_head() -> None:
    text = "x = 1\n\n\n@deco\ndef f(\n    a: int,\n) -> str:\n    return ''\n"
    assert outline(text, "python")[-1] == Symbol("f", "function", 5, 8, "def f( a: int, ) -> str:")


def test_broken_code_gives_what_is_whole() -> None:
    text = "def good():\n    pass\n\nclass A(:\n    def (x\n\ndef after():\n    return 1\n"
    names = [symbol.name for symbol in outline(text, "python")]
    assert names[0] == "good"
    assert "after" in names


def test_deep_nesting_is_survived() -> None:
    text = "".join(f"{' ' * d}class C{d}:\n" for d in range(300)) + " " * 300 + "x = 1\n"
    assert len(outline(text, "python")) >= 300
    assert uses(text, "python", "C299")


def test_text_made_to_be_hard_is_given_up_in_time() -> None:
    with pytest.raises(ValueError, match="took longer than 2 s"):
        outline("'\"`" * 300_000, "ruby")


def test_an_unknown_language_is_said_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no grammar for 'cobol'; there are: python"):
        outline("", "cobol")


@pytest.mark.parametrize(
    ("name", "language"),
    [("a/B.PY", "python"), ("x.d.ts", "typescript"), ("Rakefile", "ruby"), ("Makefile", None)],
)
def test_a_file_tells_its_language(name: str, language: str | None) -> None:
    assert language_of(name) == language


USES = """\
# run is a comment about run
from engine import run

class Engine:
    "Its run."

    def run(self, run_all=None):
        run = 1
        return run, f"{run}", "run", self.run()
"""


def test_uses_leave_comments_strings_and_longer_names_out() -> None:
    found = uses(USES, "python", "run")
    assert [(use.line, use.symbol.path if use.symbol else None) for use in found] == [
        (2, None),
        (7, "Engine.run"),
        (8, None),
        (9, None),
    ]


@pytest.mark.parametrize(
    ("language", "text", "lines"),
    [
        ("javascript", "// go\nconst x = `a ${go()} go`;\n'go';\n/go/.test(go)\n", [2, 4]),
        ("go", "package x\n// go1\nfunc go1() {}\nvar s = `go1`\n", [3]),
        ("c", "#define A go(1)\n/* go */\nint go(int a) { return 'g'; }\n", [1, 3]),
        ("bash", "# go\ngo() { :; }\ngo now 'go'\n", [2, 3]),
        ("ruby", "# go\nattr_reader :go\nx = 'go'\nx.go\n", [2, 4]),
        ("rust", '// go\nfn go() {}\nprintln!("go {}", go());\n', [2, 3]),
    ],
)
def test_uses_are_found_in_each_language(language: str, text: str, lines: list[int]) -> None:
    names = {"go": "go1"}
    found = uses(text, language, names.get(language, "go"))
    assert [use.line for use in found] == lines


PIECES = st.sampled_from(
    (
        *("def ", "class ", "f", "(", ")", "{", "}", ":", "\n", "    ", '"', "'", "=", "=>", "a"),
        *("function ", "fn ", "#", "//", "/*", "<", ">", ";", "\0", "\ufeff", "é", "\ud800", "\\"),
        *("struct ", "impl ", "end\n", "<<A\n", "`", "${", "@", "*", "[", "]", "..."),
    )
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=st.lists(PIECES, max_size=40), language=st.sampled_from(LANGUAGES))
def test_any_text_at_all_has_an_outline(pieces: list[str], language: str) -> None:
    text = "".join(pieces)
    for symbol in outline(text, language):
        assert 1 <= symbol.line <= symbol.end <= text.count("\n") + 1
        assert symbol.name
        assert "\n" not in symbol.signature
    for use in uses(text, language, "f"):
        assert 1 <= use.line <= text.count("\n") + 1
