"""Counts of experts in a file: what the models of one session chose, by model and role.

The file is JSON of one version; another one, or a damaged one, is a ConfigurationError. It is
written beside and renamed, so that a reader never sees half of it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import ConfigurationError
from models.experts import ExpertCounts, ExpertUsage
from models.loading import MOST_LAYERS

MOST_BYTES = 64 << 20
"""Of such a file: 512 layers of 512 experts and six roles have a tenth of it."""

_logger = logging.getLogger("cadre.experts")

Row = Annotated[tuple[Annotated[int, Field(ge=0, lt=2**63)], ...], Field(min_length=1)]
Layers = Annotated[tuple[Row, ...], Field(min_length=1, max_length=MOST_LAYERS)]


class KeptModel(BaseModel):
    """What one model chose."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    path: str
    """Its file, from the root on."""
    by_role: dict[str, Layers]
    """By role one row a layer, one number an expert."""

    @model_validator(mode="after")
    def _of_one_shape(self) -> Self:
        shapes = {(len(layers), len(row)) for layers in self.by_role.values() for row in layers}
        if len(shapes) > 1:
            raise ValueError("the rows of one model must be alike in number and length")
        return self

    @property
    def usage(self) -> ExpertUsage:
        """The same to compute with."""
        return ExpertUsage({role: ExpertCounts(layers) for role, layers in self.by_role.items()})


class Kept(BaseModel):
    """All models of a session."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    version: Literal[1] = 1
    """Of this form."""
    models: tuple[KeptModel, ...] = ()
    """Each once."""

    @property
    def by_path(self) -> dict[str, ExpertUsage]:
        """What each chose."""
        return {one.path: one.usage for one in self.models}


def kept_file(state_dir: Path, session: str) -> Path:
    """Where a session's counts are kept: beside the session store."""
    return state_dir / "experts" / f"{session}.json"


def load(path: Path) -> Kept:
    """What stands in the file; a ConfigurationError where it cannot be read."""
    again = f"remove it, and count again with: CADRE_WATCH_EXPERTS=true; rm {path}"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigurationError(f"{path} is too large to hold counts of experts", again)
        return Kept.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror or error}", again) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        why = f"{path} holds no counts of experts: {where}: {first['msg']}"
        raise ConfigurationError(why, again) from error


def save(path: Path, by_path: Mapping[str, ExpertUsage]) -> None:
    """Write what each model chose; OSError where that fails, and the old file stays."""
    kept = Kept(models=tuple(_model(model, usage) for model, usage in by_path.items()))
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        try:
            file.write(kept.model_dump_json())
            file.close()
            os.replace(file.name, path)  # noqa: PTH105 the name is a string
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def add(path: Path, by_path: Mapping[str, ExpertUsage]) -> None:
    """Add to what the file holds. A file that cannot be read is replaced, and so is a model whose
    shape has changed: the counts of another model would say nothing about this one."""
    try:
        together = load(path).by_path if path.exists() else {}
    except ConfigurationError as error:
        _logger.warning("%s; it is written anew", error.message)
        together = {}
    for model, usage in by_path.items():
        together[model] = _added(together.get(model, ExpertUsage()), usage)
    save(path, together)


def _added(before: ExpertUsage, now: ExpertUsage) -> ExpertUsage:
    try:
        sum([*before.by_label.values(), *now.by_label.values()], ExpertCounts())
    except ValueError:
        return now
    return before + now


def _model(path: str, usage: ExpertUsage) -> KeptModel:
    chose = {role: counts.layers for role, counts in usage.by_label.items() if counts.layers}
    return KeptModel(path=path, by_role=chose)
