"""What was found out about a model's file: one record, for a person and for `--json`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, computed_field

from models.inspection.dimensions import Dimensions
from models.inspection.finding import Finding
from models.inspection.kinds import Kind
from models.inspection.recognised import Recognised
from models.inspection.tokens import Tokens
from models.loading import KvType


class Share(BaseModel):
    """All tensors of one kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Kind
    tensors: int
    parameters: int
    bytes: int
    types: Mapping[str, int]
    """Bytes by type of tensor, the most first."""


class Inspection(BaseModel):
    """A model, by its header."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    file: str
    """The file, or the first of several."""
    files: int
    """How many of the model's files are there."""
    name: str
    """What it calls itself; may be empty."""
    architecture: str
    """As llama.cpp calls it."""
    quantization: str
    """The recipe that the file names, else the type of most of its bytes."""
    parameters: int
    active_parameters: int
    """Those that take part in a token: all but the experts that are not chosen for it."""
    file_bytes: int | None
    """Of all files together; None where a server does not tell."""
    header_bytes: int
    """Of all headers together, up to where data begins."""
    tensor_bytes: int
    """Of all tensors, without the gaps between them."""
    expert_bytes: int
    """Of the routed experts."""
    shares: tuple[Share, ...]
    """The tensors by kind, the largest first."""
    dimensions: Dimensions
    kv_bytes_per_token: Mapping[KvType, int]
    """Keys and values of one token in all layers of attention, by the type that keeps them."""
    recurrent_bytes_per_sequence: int
    """The state of the layers without attention; 0 where there are none."""
    vocabulary: Tokens
    spoken: Recognised
    findings: tuple[Finding, ...]
    """Rules that are broken, and notes."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def rest_bytes(self) -> int:
        """Bytes of the tensors that every token needs."""
        return self.tensor_bytes - self.expert_bytes

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def sound(self) -> bool:
        """Whether no rule is broken."""
        return not any(finding.broken for finding in self.findings)
