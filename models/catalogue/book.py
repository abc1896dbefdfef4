"""The catalogue's file, read once, and the model of a name."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from models.catalogue.entry import Catalogue, Entry
from models.errors import ModelError

DATA = Path(__file__).with_name("qwen3.json")
SCHEMA = Path(__file__).with_name("schema.json")

_REST = re.compile(
    r"(?:[-.](?:GGUF|UD|I?Q\d\w*|BF16|F16|F32|\d{5}-of-\d{5}))*(?:\.gguf)?", re.IGNORECASE
)
"""What may follow a model's name in the name of a file or a repository."""


@cache
def catalogue() -> Catalogue:
    """Every model that is known."""
    return Catalogue.model_validate_json(DATA.read_bytes())


def find(name: str) -> Entry:
    """The model of that name, upper or lower case; a ModelError names the nearest three."""
    known = {entry.name.lower(): entry for entry in catalogue().models}
    asked = name.strip().lower()
    if asked in known:
        return known[asked]
    near = get_close_matches(asked, known, n=3, cutoff=0.0)
    names = ", ".join(known[one].name for one in near)
    raise ModelError(
        f"no model of the catalogue is called {name!r}",
        f"did you mean {names}? See all with: cadre models list",
    )


def named_in(reference: str) -> Entry | None:
    """The model that a path, an `hf:` reference or a name means; None where it is none of ours.

    By the name alone: of a file that was renamed nothing is known without its header.
    """
    if reference.lower().startswith("hf:"):
        reference = reference.split(":")[1]
    last = re.split(r"[/\\]", reference)[-1].lower().removeprefix("qwen_")
    for entry in catalogue().models:
        name = entry.name.lower()
        if last.startswith(name) and _REST.fullmatch(last, len(name)):
            return entry
    return None


def repository_of(name: str) -> str:
    """The repository, as `owner/repo`, that holds the usual build of a model."""
    return find(name).gguf[0].repository


def reference_to(entry: Entry, quantisation: str) -> str | None:
    """What to fetch, as `hf:owner/repo:QUANTISATION`; None where no build is known."""
    for gguf, build in entry.builds:
        if build.quantisation == quantisation:
            return f"hf:{gguf.repository}:{quantisation}"
    return None
