"""The records of the catalogue's file: a model, its GGUF builds, an MLX conversion, a source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from models.catalogue.shape import Count, Fact, Shape
from models.catalogue.weights import active_parameters, parameters

Thinking = Literal["switch", "always", "never"]
"""Whether a call chooses, or the model always thinks, or never; as `models.families` has it."""
Tools = Literal["json", "xml"]
"""How the model writes tool calls."""
Quantisation = Literal["Q4_K_M", "Q5_0", "Q5_K_M", "Q6_K", "Q8_0", "BF16"]
"""Those that are listed, and that can be reckoned, from the smallest."""
Series = Literal["Qwen3", "Qwen3-2507", "Qwen3-Coder", "Qwen3-Next"]


class Source(Fact):
    """Where a fact comes from."""

    what: str
    """Whose word it is."""
    read: str
    """Where it was read."""


class Build(Fact):
    """One quantisation of a model, in one file or several."""

    quantisation: Quantisation
    bytes: Count
    """Of all files together."""
    files: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names in the repository, in order."""


class Gguf(Fact):
    """A repository on the hub that holds builds of a model."""

    repository: str
    revision: str | None = None
    """The commit whose list of files was read; None: it was not said."""
    builds: Annotated[tuple[Build, ...], Field(min_length=1)]
    source: str


class Card(Fact):
    """What the makers say of the number of parameters, in their own digits."""

    parameters: str
    active: str | None = None
    """None: a dense model, or the card was not seen."""


class FactSources(Fact):
    """The source of each group of facts; the builds name their own."""

    shape: str
    context: str
    card: str
    family: str
    thinking: str
    tools: str


class Entry(Fact):
    """A model, and everything that is known of it."""

    name: str
    repository: str
    """Of the weights as they were published, on the hub."""
    series: Series
    family: str
    """The adapter in `models.families` that serves it."""
    thinking: Thinking
    tools: Tools
    sibling: str | None = None
    """The model of the same size that does think, or that does not."""
    context: Count
    """Tokens that its configuration allows; no stretching by YaRN."""
    shape: Shape
    card: Card
    gguf: tuple[Gguf, ...]
    """The usual one first."""
    sources: FactSources

    @property
    def parameters(self) -> int:
        """Counted from the shape."""
        return parameters(self.shape)

    @property
    def active(self) -> int:
        """Parameters that one token passes through, the embedding among them."""
        return active_parameters(self.shape)

    @property
    def moe(self) -> bool:
        """Whether it is a mixture of experts."""
        return self.shape.experts is not None

    @property
    def builds(self) -> Iterator[tuple[Gguf, Build]]:
        """Every build with its repository; the usual one first."""
        return ((gguf, build) for gguf in self.gguf for build in gguf.builds)


class MlxEntry(Fact):
    """A conversion for Apple's MLX, which Cadre does not run itself."""

    name: str
    repository: str
    model: str
    """The entry that it is a conversion of."""
    bits: Literal[4, 8]
    layers: Count
    hidden: Count
    tensor_parallel: bool
    """Whether its layers can be split over several machines."""
    bytes: Count
    source: str


class Catalogue(Fact):
    """The whole file."""

    model_config = ConfigDict(populate_by_name=True)

    schema_path: Annotated[str, Field(alias="$schema")] = "./schema.json"
    """The schema that stands beside the file."""
    sources: dict[str, Source]
    models: tuple[Entry, ...]
    mlx: tuple[MlxEntry, ...]
