"""How far predictions were from what llama.cpp reported: a small file, for the next plan."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.fit.plan import SPARE

_KEPT = 200
_LARGEST = 1 << 20
_ROUNDED = 0.001
"""What llama.cpp's log may be off by itself, in parts of one."""


class Difference(BaseModel):
    """One model, one comparison."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    file: str
    """The name of the model's file."""
    predicted: int = Field(gt=0)
    """Bytes."""
    reported: int = Field(gt=0)
    """Bytes."""

    @property
    def excess(self) -> float:
        """What was reported beyond what was predicted, in parts of that."""
        return self.reported / self.predicted - 1


class Calibration(BaseModel):
    """All that was compared, the latest last."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    differences: tuple[Difference, ...] = ()

    @property
    def spare(self) -> float:
        """What to keep free beside a prediction: the usual, and the worst that it was short."""
        worst = max((one.excess for one in self.differences), default=0.0)
        return SPARE + worst if worst > _ROUNDED else SPARE

    def plus(self, difference: Difference) -> Calibration:
        """With one more; of the same file only the last one counts."""
        others = tuple(one for one in self.differences if one.file != difference.file)
        return Calibration(differences=(*others, difference)[-_KEPT:])

    @classmethod
    def read(cls, file: Path) -> Calibration:
        """What is kept there; nothing where it is missing, broken, or no such file."""
        try:
            if file.stat().st_size > _LARGEST:
                return cls()
            return cls.model_validate_json(file.read_bytes())
        except (OSError, ValidationError):
            return cls()

    def write(self, file: Path) -> None:
        """Keep it there, all or nothing; a folder that cannot be written to is no failure."""
        new = file.with_suffix(".new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(self.model_dump_json(indent=1), encoding="utf-8")
            new.replace(file)
        except OSError:
            new.unlink(missing_ok=True)
