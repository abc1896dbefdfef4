"""What was typed after `cadre`, turned into records: no typer here, and nothing slow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from agents.role import Role
from agents.setting_layer import Layer
from models.errors import UsageError
from models.reference import parse_reference

FailOn = Literal["none", "note", "warning", "error"]


@dataclass(frozen=True)
class Output:
    """In which forms a result is wanted."""

    json: bool = False
    sarif: Path | None = None
    report: Path | None = None
    fail_on: FailOn = "none"
    baseline: Path | None = None
    files: Sequence[str] | None = None
    """Each `FORMAT=FILE`."""


@dataclass(frozen=True)
class Typed:
    """Settings among the flags; None was not typed."""

    models: Sequence[str] = ()
    """Each `ROLE=REF`."""
    approve: str | None = None
    max_agents: int | None = None
    sandbox: bool | None = None

    def layer(self) -> Layer:
        """The same as a layer over others."""
        return Layer("typed", self.flags())

    def flags(self) -> dict[str, Any]:
        """In the shape of `agents.settings.load`; UsageError for a role that is not there."""
        roles: dict[str, dict[str, str]] = {}
        for role, reference in (one for text in self.models for one in _bound(text)):
            roles.setdefault(role, {})["model"] = parse_reference(reference).absolute
        given = {
            "approve": self.approve,
            "max_agents": self.max_agents,
            "sandbox": self.sandbox,
            "roles": roles or None,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class RunOptions:
    """One `cadre run`."""

    text: str
    repo: Path = Path()
    plan_only: bool = False
    session: str | None = None
    thinking: bool | None = None
    thinking_budget: int | None = None
    typed: Typed = Typed()
    output: Output = Output()


def output_of(options: Mapping[str, Any]) -> Output:  # Any: what was typed, by name
    """The forms of the result among what was typed."""
    return Output(**{field.name: options[field.name] for field in fields(Output)})


def settings_of(options: Mapping[str, Any]) -> Typed:  # Any: what was typed, by name
    """The settings among what was typed."""
    return Typed(
        options["model"] or (), options["approve"], options["max_agents"], options["sandbox"]
    )


def typed_request(text: str, options: Mapping[str, Any]) -> RunOptions:  # Any: as above
    """A request with what was typed beside it."""
    return RunOptions(
        text=text,
        repo=options["repo"],
        plan_only=options["plan_only"],
        session=options["session"],
        thinking=options["think"],
        thinking_budget=options["thinking_budget"],
        typed=settings_of(options),
        output=output_of(options),
    )


def _bound(text: str) -> list[tuple[str, str]]:
    """`testing=./x.gguf`, or `all=embedded` for every role."""
    name, equals, reference = text.partition("=")
    if not equals or not name.strip() or not reference.strip():
        meant = "./qwen3.gguf" if equals or not text.strip() else text.strip()
        raise UsageError(
            f"--model {text}: expected ROLE=REF", f"for every role: --model all={meant}"
        )
    if name == "all":
        return [(role.value, reference) for role in Role]
    if name not in list(Role):
        raise UsageError(f"--model {text}: there is no role {name!r}", _nearest_role(name))
    return [(name, reference)]


def _nearest_role(name: str) -> str:
    names = [*Role, "all"]
    near = get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"choose one of {', '.join(names)}"
