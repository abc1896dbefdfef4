"""The two files of settings: the user's own, and the repository's `cadre.toml`.

Whoever can write to a repository can write its `cadre.toml`, so it may only say what cannot
harm the person who runs Cadre there:

    roles.ROLE.thinking, .thinking_budget, .answer_tokens    how long a role thinks and speaks
    roles.ROLE.model, model, and thinking_model in both places
                                  only `embedded` or a catalogue name: a path, a `scripted:` file
                                  or an address would let it choose who answers, or who listens
    approve                       only "read": a repository may take rights away, never give them
    max_agents, rounds, tool_timeout_seconds, seed

Memory, threads, devices and the state folder are the user's own.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from agents.setting_layer import Keys, Layer
from models.errors import ConfigurationError

NAME = "cadre.toml"
MAX_BYTES = 64 * 1024
FREE = frozenset({"max_agents", "rounds", "tool_timeout_seconds", "seed", "watch_experts"})
FREE_OF_ROLE = frozenset({"thinking", "thinking_budget", "answer_tokens", "short_prompts"})
MODELS = frozenset({"model", "thinking_model"})
OWN = frozenset(
    {
        "context_tokens",
        "threads",
        "families",
        "endpoints",
        "workers",
        "memory_bytes",
        "sandbox",
        "loading",
        "state_dir",
        "prefix_dir",
        "prefix_bytes",
        "keep_sessions",
        "keep_undo_days",
        "session_store_bytes",
    }
)
_CATALOGUE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")


def user_path() -> Path:
    """The user's own file; it need not exist."""
    return user_config_path("cadre") / "config.toml"


def user_layer() -> Layer:
    """The user's file, trusted; empty where there is none."""
    path = user_path()
    values = _parse(path) if path.is_file() else {}
    return Layer(f"user file {path}", values, file=path)


def repository_layer(repo: Path | None) -> Layer:
    """The repository's file, held to what a repository may set."""
    path = (repo or Path()) / NAME
    if repo is None or not (path.exists() or path.is_symlink()):
        return Layer(NAME)
    if path.is_symlink() or not path.is_file():
        raise ConfigurationError(
            f"{path} is not a plain file", f"make {NAME} a file of its own, or remove it"
        )
    layer = Layer(NAME, _parse(path), file=path)
    for keys in layer.leaves():
        _refuse(layer, keys)
    return layer


def _refuse(layer: Layer, keys: Keys) -> None:
    """ConfigurationError for a key that is the user's own; unknown keys are refused later."""
    value = layer.value(keys)
    if keys[-1] in MODELS and keys[0] in {*MODELS, "roles"} and not _plain_model(value):
        raise _refused(layer, keys, "may only name `embedded` or a model of the catalogue")
    if keys == ("approve",) and value != "read":
        raise _refused(layer, keys, 'may only be "read": a repository cannot allow anything')
    if keys[0] in OWN:
        raise _refused(layer, keys, "cannot be set by a repository")


def _plain_model(value: object) -> bool:
    return (
        isinstance(value, str)
        and bool(_CATALOGUE_NAME.match(value))
        and not value.lower().endswith(".gguf")
    )


def _refused(layer: Layer, keys: Keys, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{layer.place(keys)}: {'.'.join(keys)} {why}",
        f"set it in {user_path()} or with a flag, and remove it from {NAME}",
    )


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(
            f"cannot read {path}: {error.strerror}", "check who may read the file"
        ) from None
    if len(content) > MAX_BYTES:
        raise ConfigurationError(
            f"{path} is larger than {MAX_BYTES // 1024} KiB", "settings are a few lines"
        )
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not TOML: {error}", "mend the line") from None
