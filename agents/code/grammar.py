"""Which languages are read, by which grammar, and which of its nodes define something.

A grammar is loaded only when its language is met. The node names are those of the grammars'
own `node-types.json`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

FIELD, VARIABLE, ASSIGNED = "field", "variable", "assigned"
"""`assigned` defines something only where the value is a function or a class."""


@dataclass(frozen=True)
class Grammar:
    """A language."""

    language: str
    package: str
    """The Python package that holds the grammar."""
    suffixes: tuple[str, ...]
    definitions: Mapping[str, str] = field(repr=False)
    """Node types that define something, and what they define."""
    load: str = "language"
    """The package's function that gives the grammar."""
    assigns: frozenset[str] = frozenset()
    """Types of an assignment's left side that count as a name."""
    names: tuple[str, ...] = ()
    """File names without a telling suffix."""


_SCRIPT = {
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "class_declaration": "class",
    "method_definition": "method",
    "field_definition": FIELD,
    "variable_declarator": VARIABLE,
    "assignment_expression": ASSIGNED,
    "pair": ASSIGNED,
}

_TYPED_SCRIPT = {
    **_SCRIPT,
    "abstract_class_declaration": "class",
    "interface_declaration": "interface",
    "type_alias_declaration": "type",
    "enum_declaration": "enum",
    "function_signature": "function",
    "method_signature": "method",
    "abstract_method_signature": "method",
    "public_field_definition": FIELD,
    "internal_module": "namespace",
    "module": "namespace",
}

_C = {
    "function_definition": "function",
    "declaration": VARIABLE,
    "struct_specifier": "struct",
    "union_specifier": "union",
    "enum_specifier": "enum",
    "type_definition": "type",
    "preproc_def": "macro",
    "preproc_function_def": "macro",
}

_CPP = {
    **_C,
    "class_specifier": "class",
    "namespace_definition": "namespace",
    "field_declaration": FIELD,
    "alias_declaration": "type",
    "concept_definition": "concept",
}

GRAMMARS = (
    Grammar(
        "python",
        "tree_sitter_python",
        (".py", ".pyi", ".pyw"),
        {
            "function_definition": "function",
            "class_definition": "class",
            "type_alias_statement": "type",
            "assignment": VARIABLE,
        },
        assigns=frozenset({"identifier"}),
    ),
    Grammar("javascript", "tree_sitter_javascript", (".js", ".mjs", ".cjs", ".jsx"), _SCRIPT),
    Grammar(
        "typescript",
        "tree_sitter_typescript",
        (".ts", ".mts", ".cts"),
        _TYPED_SCRIPT,
        load="language_typescript",
    ),
    Grammar("tsx", "tree_sitter_typescript", (".tsx",), _TYPED_SCRIPT, load="language_tsx"),
    Grammar(
        "go",
        "tree_sitter_go",
        (".go",),
        {
            "function_declaration": "function",
            "method_declaration": "method",
            "method_elem": "method",
            "type_spec": "type",
            "type_alias": "type",
            "const_spec": "constant",
            "var_spec": VARIABLE,
        },
    ),
    Grammar(
        "rust",
        "tree_sitter_rust",
        (".rs",),
        {
            "function_item": "function",
            "function_signature_item": "function",
            "struct_item": "struct",
            "enum_item": "enum",
            "union_item": "union",
            "trait_item": "trait",
            "impl_item": "impl",
            "mod_item": "module",
            "const_item": "constant",
            "static_item": VARIABLE,
            "type_item": "type",
            "macro_definition": "macro",
        },
    ),
    Grammar(
        "java",
        "tree_sitter_java",
        (".java",),
        {
            "class_declaration": "class",
            "interface_declaration": "interface",
            "enum_declaration": "enum",
            "record_declaration": "record",
            "annotation_type_declaration": "annotation",
            "method_declaration": "method",
            "constructor_declaration": "method",
            "field_declaration": FIELD,
        },
    ),
    Grammar(
        "bash",
        "tree_sitter_bash",
        (".sh", ".bash"),
        {"function_definition": "function", "variable_assignment": VARIABLE},
    ),
    Grammar("c", "tree_sitter_c", (".c", ".h"), _C),
    Grammar("cpp", "tree_sitter_cpp", (".cc", ".cpp", ".cxx", ".hpp", ".hh", ".hxx"), _CPP),
    Grammar(
        "ruby",
        "tree_sitter_ruby",
        (".rb", ".rake", ".gemspec"),
        {
            "module": "module",
            "class": "class",
            "method": "method",
            "singleton_method": "method",
            "assignment": VARIABLE,
        },
        assigns=frozenset({"constant"}),
        names=("rakefile", "gemfile"),
    ),
)

LANGUAGES = tuple(grammar.language for grammar in GRAMMARS)

_BY_LANGUAGE = {grammar.language: grammar for grammar in GRAMMARS}
_BY_SUFFIX = {suffix: grammar for grammar in GRAMMARS for suffix in grammar.suffixes}
_BY_NAME = {name: grammar for grammar in GRAMMARS for name in grammar.names}


def grammar_of(language: str) -> Grammar:
    """The grammar of a language; ValueError with the languages there are."""
    try:
        return _BY_LANGUAGE[language]
    except KeyError:
        known = ", ".join(LANGUAGES)
        raise ValueError(f"no grammar for {language!r}; there are: {known}") from None


def language_of(name: str) -> str | None:
    """The language of a file, by its name; None where it is none that is read."""
    path = PurePosixPath(name.lower())
    grammar = _BY_SUFFIX.get(path.suffix) or _BY_NAME.get(path.name)
    return grammar.language if grammar else None
