"""The team as data: who is on it, with which model, and where each value came from."""

from dataclasses import dataclass, field
from typing import Literal

from agents.role import Role
from agents.settings import Settings

Field = Literal[
    "model", "thinking_model", "thinking", "thinking_budget", "answer_tokens", "short_prompts"
]
EMBEDDED = "embedded"
"""The model that every machine has."""
REAL_TEAM = (
    "It plans, chooses tools and reads what they find, and changes nothing; for a team that "
    "understands code: cadre models advise, then cadre models pull NAME"
)
"""What the embedded model is, and how to get a larger one."""


@dataclass(frozen=True)
class Member:
    """One role, bound to a model."""

    role: Role
    wanted: str
    """The model that the role is designed for, by catalogue name."""
    model: str
    """The reference of the model that it has."""
    thinking: bool
    """Whether it thinks before it answers, where nothing else is said."""
    thinking_budget: int
    """Thinking tokens allowed per call on work of high complexity."""
    answer_tokens: int
    """Tokens allowed per answer."""
    thinking_model: str | None = None
    """The reference of another model for calls that think; None: the same."""
    short_prompts: bool = False
    """Whether it is asked in few words, which a small model has learnt from examples."""
    sources: dict[Field, str] = field(default_factory=dict)
    """Where each value came from, such as `default`, `cadre.toml` or `--model`."""

    def model_for(self, *, thinking: bool) -> str:
        """The reference of the model that a call goes to."""
        return self.thinking_model if thinking and self.thinking_model else self.model

    @property
    def models(self) -> tuple[str, ...]:
        """Every model that the role may use."""
        return tuple(dict.fromkeys((self.model, self.thinking_model or self.model)))


DEFAULTS: tuple[Member, ...] = (
    Member(Role.COORDINATOR, "Qwen3-30B-A3B", EMBEDDED, True, 2048, 4096),
    Member(Role.DEVELOPMENT, "Qwen3-30B-A3B", EMBEDDED, True, 2048, 4096),
    Member(Role.TESTING, "Qwen3-14B", EMBEDDED, True, 1024, 2048),
    Member(Role.CI_CD, "Qwen3-8B", EMBEDDED, False, 512, 1024),
    Member(Role.GITHUB, "Qwen3-4B", EMBEDDED, False, 512, 1024),
    Member(Role.DOCUMENTATION, "Qwen3-8B", EMBEDDED, True, 1024, 2048),
)
"""The roster before any setting."""

EMBEDDED_ANSWER_TOKENS = {Role.COORDINATOR: 512}
"""What a role may answer on the embedded model, unless set; a plan needs room."""
EMBEDDED_SHORT = 256
"""The same for every other role: past that a small model only repeats itself."""

Roster = dict[Role, Member]


def resolve(settings: Settings) -> tuple[Member, ...]:
    """The roster under these settings, in the order of `DEFAULTS`."""
    return tuple(_member(default, settings) for default in DEFAULTS)


def roster(settings: Settings) -> Roster:
    """The same, by role."""
    return {member.role: member for member in resolve(settings)}


def _member(default: Member, settings: Settings) -> Member:
    own = settings.role(default.role)
    place = f"roles.{default.role.value}"
    model_place = f"{place}.model" if own.model is not None else "model"
    thinking_place = f"{place}.thinking_model" if own.thinking_model else "thinking_model"
    model = own.model or settings.model or default.model
    embedded = EMBEDDED_ANSWER_TOKENS.get(default.role, EMBEDDED_SHORT)
    answer_tokens = embedded if model == EMBEDDED else default.answer_tokens
    thinking_model = own.thinking_model or settings.thinking_model
    return Member(
        role=default.role,
        wanted=default.wanted,
        model=model,
        thinking=default.thinking if own.thinking is None else own.thinking,
        thinking_budget=_or(own.thinking_budget, default.thinking_budget),
        answer_tokens=_or(own.answer_tokens, answer_tokens),
        thinking_model=thinking_model,
        short_prompts=model == EMBEDDED if own.short_prompts is None else own.short_prompts,
        sources={
            "model": settings.origin(model_place),
            "thinking_model": settings.origin(thinking_place),
            "thinking": settings.origin(f"{place}.thinking"),
            "thinking_budget": settings.origin(f"{place}.thinking_budget"),
            "answer_tokens": settings.origin(f"{place}.answer_tokens"),
            "short_prompts": settings.origin(f"{place}.short_prompts"),
        },
    )


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
