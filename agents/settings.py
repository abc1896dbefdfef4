"""What the user has set: one frozen record, and where each value came from.

Order, later wins: defaults, the user's file, `cadre.toml` in the repository, the environment
(`CADRE_...`, nested with `__`, such as `CADRE_ROLES__TESTING__MODEL`), flags. Nothing is fetched.
A repository is not trusted: see `agents.setting_files` for the few keys that it may set.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from platformdirs import user_cache_path, user_state_path
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic.functional_validators import AfterValidator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from agents.role import Role
from agents.setting_errors import environment_error, refusal, unknown_variable
from agents.setting_files import repository_layer, user_layer
from agents.setting_layer import Layer, merge
from agents.tools.policy import Approve
from models.loading import Loading
from models.remote.endpoint import Endpoint
from models.whole_number import WholeNumber

PREFIX = "CADRE_"

NOT_SETTINGS = frozenset({"CADRE_DEBUG"})
"""Variables of ours that are read elsewhere."""


def _expanded(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 resolve() would follow links


Count = Annotated[WholeNumber, Field(ge=1)]


class RoleSettings(BaseModel):
    """What one role does differently from the roster; None leaves the roster's value."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    model: str | None = None
    """A model reference; see `models.parse_reference`."""
    thinking_model: str | None = None
    """Another model for calls that think, such as the Thinking sibling of an Instruct model."""
    thinking: bool | None = None
    """Whether the role thinks before it answers."""
    thinking_budget: Annotated[WholeNumber, Field(ge=0)] | None = None
    """Thinking tokens allowed per call."""
    answer_tokens: Count | None = None
    """Answer tokens allowed per call."""
    short_prompts: bool | None = None
    """Whether it is asked in few words; for a model that has learnt them (scripts/embedded)."""


class Roles(BaseModel):
    """The settings of each role, under the role's own name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coordinator: RoleSettings = RoleSettings()
    development: RoleSettings = RoleSettings()
    testing: RoleSettings = RoleSettings()
    ci_cd: RoleSettings = RoleSettings()
    github: RoleSettings = RoleSettings()
    documentation: RoleSettings = RoleSettings()


class Settings(BaseSettings):
    """Every setting. `Settings()` is the defaults alone; `load` reads files and environment."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
    )

    model: str | None = None
    """The model of every role that names none of its own."""
    thinking_model: str | None = None
    """The model of their calls that think; None: the same."""
    roles: Roles = Roles()
    max_agents: Annotated[Count, Field(le=16)] = 3
    """Specialists that work at the same time."""
    rounds: Annotated[WholeNumber, Field(ge=0, le=5)] = 1
    """How often a review may add tasks."""
    approve: Approve = Approve.ASK
    """What may be done without asking."""
    sandbox: bool = True
    """Whether commands run confined; False lets them run unconfined, also where they could be."""
    tool_timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 300.0
    """A tool that takes longer is stopped, and that is its evidence."""
    context_tokens: Annotated[Count, Field(ge=512)] = 8192
    """Tokens of context for each model."""
    workers: tuple[str, ...] = ()
    """RPC workers, `HOST:PORT` each, whose devices take part; see `cadre worker`."""
    memory_bytes: Count | None = None
    """Bytes that all models have together; None: nine tenths of what is free before the first."""
    threads: Count | None = None
    """Threads for the model; None lets the engine count the cores."""
    families: dict[str, str] = {}
    """By model reference: the family that serves it, whatever the file's own template says."""
    endpoints: dict[str, Endpoint] = {}
    """Servers by name, for models called `endpoint:NAME`; see docs/endpoints.md."""
    watch_experts: bool = False
    """Whether the experts that models choose are counted and kept with the session."""
    loading: Loading = Loading()
    """Where the models go: accelerators, split, types of keys and values, mapping."""
    seed: Annotated[WholeNumber, Field(ge=0)] | None = None
    """The sampler's seed; None draws one."""
    state_dir: Annotated[Path, AfterValidator(_expanded)] = Field(
        default_factory=lambda: user_state_path("cadre")
    )
    """Where sessions, the prompt's history and crash traces are kept."""
    prefix_dir: Annotated[Path, AfterValidator(_expanded)] = Field(
        default_factory=lambda: user_cache_path("cadre") / "prefixes"
    )
    """Where computed beginnings of prompts are kept, so that the next run starts warm."""
    prefix_bytes: Annotated[WholeNumber, Field(ge=0)] = 4 << 30
    """Bound on that folder; 0 keeps nothing."""
    keep_undo_days: Count = 30
    """What sessions changed can be undone for so long."""
    keep_sessions: Count = 100
    """Older sessions are dropped beyond this number."""
    session_store_bytes: Annotated[Count, Field(ge=1_000_000)] = 512 * 1024 * 1024
    """The oldest sessions are dropped when the store grows past this."""

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)
    _flags: dict[str, Any] = PrivateAttr(default_factory=dict)  # Any: the settings' own shape

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed: `load` reads the rest itself, to know where each value came from."""
        return (init_settings,)

    @property
    def sessions_path(self) -> Path:
        """The SQLite file of all sessions."""
        return self.state_dir / "sessions.sqlite"

    def role(self, role: Role) -> RoleSettings:
        """What is set for one role."""
        settings: RoleSettings = getattr(self.roles, role.value)
        return settings

    @property
    def flags(self) -> dict[str, Any]:
        """What was typed, in the shape of `load`: a resumed session begins with the same."""
        return self._flags

    def origin(self, path: str) -> str:
        """Where a value came from, by its dotted path such as `roles.testing.model`."""
        return self._origins.get(path, "default")


def load(repo: Path | None = None, flags: Mapping[str, Any] | None = None) -> Settings:
    """All layers in their order; ConfigurationError for the first thing that is wrong.

    `flags` has the shape of the settings, `{"roles": {"testing": {"model": "embedded"}}}`, and
    holds only what was typed.
    """
    layers = [user_layer(), repository_layer(repo), _environment(), _flags(flags or {})]
    try:
        settings = Settings(**merge(layers))
    except ValidationError as error:
        raise refusal(error, layers, Settings) from None
    settings._origins.update(_origins(layers))
    settings._flags.update(flags or {})
    return settings


def _environment() -> Layer:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name.split("__")[0] not in known | NOT_SETTINGS:
            raise unknown_variable(name, known)
    try:
        return Layer("environment", EnvSettingsSource(Settings)(), variables=PREFIX)
    except SettingsError as error:
        raise environment_error(error) from None


def _flags(flags: Mapping[str, Any]) -> Layer:
    return Layer("flags", dict(flags))


def _origins(layers: list[Layer]) -> Iterator[tuple[str, str]]:
    for layer in layers:
        yield from ((".".join(path), layer.origin(path)) for path in layer.leaves())
