"""What a tool is: a name, what kind of act it is, typed arguments, and an async function.

A tool never raises for what a repository or a model can cause; it returns a `Result`. Whether a
call may run at all is the policy's business, not the tool's.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from agents.change import Change
from agents.finding import Finding
from agents.tools.workplace import Workplace


class Kind(StrEnum):
    """What a call does to the world; the policy decides by it."""

    READ = "read"
    EDIT = "edit"
    RUN = "run"
    NETWORK = "network"


class Arguments(BaseModel):
    """A tool's arguments; the subclass's docstring is the description that the model reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True)
class Result:
    """What a call gave back."""

    text: str
    exit_code: int = 0
    """The command's exit code; for tools that run no command 0 is success and 1 failure."""
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()
    """What the call found wrong; whoever keeps the evidence adds its id to them."""
    changes: tuple[Change, ...] = ()
    """What it wrote."""
    wrote: tuple[str, ...] = ()
    """Files that a command wrote, relative to the repository."""


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Tool(Generic[A]):
    """Something that a specialist may use."""

    name: str
    kind: Kind
    arguments: type[A]
    call: Callable[[Workplace, A], Awaitable[Result]]
    paths: tuple[str, ...] = ()
    """Names of the arguments that are paths; the policy looks at each."""
    touches: Callable[[A], Sequence[str]] | None = None
    """Paths beside those, which the call names in other ways; the policy looks at each too."""
    acts: Callable[[A], Kind] | None = None
    """What a call with these arguments does, where that depends on them; None: always `kind`."""
    preview: Callable[[Workplace, A], Awaitable[Sequence[Change] | str]] | None = None
    """What the call would change, in files or in words, for the person who decides; it changes
    nothing."""

    def schema(self) -> dict[str, Any]:  # Any: JSON, in the form that OpenAI's interface fixed
        """The function's schema as `bind_tools` takes it, without words that say nothing."""
        full = self.arguments.model_json_schema()
        parameters: dict[str, Any] = {"type": "object", "properties": {}}
        for name, value in full.get("properties", {}).items():
            parameters["properties"][name] = _property(value)
        if full.get("required"):
            parameters["required"] = full["required"]
        function = {
            "name": self.name,
            "description": " ".join((self.arguments.__doc__ or "").split()),
            "parameters": parameters,
        }
        return {"type": "function", "function": function}


def _property(full: Mapping[str, Any]) -> dict[str, Any]:
    """One argument's schema: its type and description; of several types, the simplest."""
    kept = {key: full[key] for key in ("type", "enum", "items", "description") if key in full}
    if "type" not in kept and full.get("anyOf"):
        kept = {"type": full["anyOf"][0]["type"], **kept}
    return kept
