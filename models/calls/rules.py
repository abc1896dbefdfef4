"""Rules of GBNF, put together from several grammars."""

from __future__ import annotations

import re
from typing import Any

from models.grammar import literal, schema_grammar

_PARTS = re.compile(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|\{[^}]*\}|(?P<name>[A-Za-z][\w-]*)')
"""Literals, ranges and repetitions, in which no rule is named, and names of rules."""
_DEFINITIONS: tuple[str, ...] = ("$defs", "definitions")


def any_of(choices: list[str]) -> str:
    """One of `choices`."""
    return "(" + " | ".join(choices) + ")"


def schema_rules(schema: dict[str, Any], root: dict[str, Any], prefix: str) -> str:  # Any: schemas
    """The rules of a part of the schema `root`; all their names begin with `prefix`, and the first
    is `prefix` followed by `root`."""
    definitions = {key: root[key] for key in _DEFINITIONS if key in root}
    return renamed(schema_grammar(definitions | schema), prefix)


def renamed(gbnf: str, prefix: str) -> str:
    """The same rules with other names, so that they can stand beside those of other grammars."""

    def put(found: re.Match[str]) -> str:
        return prefix + found[0] if found["name"] else found[0]

    return _PARTS.sub(put, gbnf.strip())


def text_without(tag: str, name: str) -> str:
    """The rule `name`: any text that does not hold `tag`, which begins with the one `<` in it.

    A rule for each number of its characters that were said: an automaton, written as GBNF.
    """
    rules = [f'{name} ::= | [^<] {name} | "<" {name}-1']
    for said in range(1, len(tag)):
        more = "" if said == len(tag) - 1 else f" | {literal(tag[said])} {name}-{said + 1}"
        rules.append(f'{name}-{said} ::= | [^<{tag[said]}] {name} | "<" {name}-1{more}')
    return "\n".join(rules)
