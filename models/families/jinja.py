"""Chat templates that a GGUF brings, run as transformers runs them, in Jinja's sandbox.

A template is foreign code: it cannot reach Python, loop without end, or multiply texts without
bound. What it may use: https://huggingface.co/docs/transformers/chat_templating_writing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from threading import local
from typing import Any, NoReturn

from jinja2 import Template as Compiled
from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

_STEPS = 5_000
"""Rounds of loops and calls of macros for each message and each tool; Qwen's take a few dozen."""
_LONGEST = 1_000_000
"""Characters or items that a product may have."""


class TemplateFailed(Exception):
    """The template cannot be read, or refuses what it was given; the text says why."""


class Jinja:
    """A compiled chat template. Safe from any thread."""

    def __init__(self, template: str) -> None:
        """TemplateFailed where `template` cannot be read."""
        self._environment = _Sandbox()
        with _foreign():
            self._template: Compiled = self._environment.from_string(template)

    def render(self, values: Mapping[str, Any]) -> str:  # Any: messages and JSON schemas
        """The text; TemplateFailed where the template raises anything at all."""
        given = sum(len(values.get(name) or ()) for name in ("messages", "tools"))
        self._environment.steps.left = _STEPS * (1 + given)
        with _foreign():
            return self._template.render(values)


@contextmanager
def _foreign() -> Iterator[None]:
    """For foreign code, which may fail in any way."""
    try:
        yield
    except Exception as error:
        raise TemplateFailed(str(error) or type(error).__name__) from error


class _Steps(local):
    left = 0


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja as transformers sets it up, with every loop counted."""

    intercepted_binops = frozenset(["*", "**"])

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        self.steps = _Steps()
        self.filters["tojson"] = _tojson
        self.globals["raise_exception"] = _raise
        self.globals["strftime_now"] = _now

    def step(self) -> str:
        """Count one round; a SecurityError after too many."""
        self.steps.left -= 1
        if self.steps.left < 0:
            raise SecurityError("the template loops without end")
        return ""

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """A product, which may not be huge."""
        sizes = [len(side) if hasattr(side, "__len__") else side for side in (left, right)]
        if operator == "**" or abs(sizes[0] * sizes[1]) > _LONGEST:
            raise SecurityError(f"the template computes {operator} of too much")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        rounds: list[nodes.For | nodes.Macro] = [
            *tree.find_all(nodes.For),
            *tree.find_all(nodes.Macro),
        ]
        for block in rounds:
            step = nodes.EnvironmentAttribute("step")
            block.body.insert(0, nodes.Output([nodes.Call(step, [], [], None, None)]))
        return tree


def _tojson(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


def _raise(message: str) -> NoReturn:
    raise TemplateError(message)


def _now(form: str) -> str:
    return datetime.now().strftime(form)
