"""What a checkpoint says of itself beyond its sizes: name, licence, how it wants to be sampled.

Name and licence come from the model card and the folder's name by the rules of the package `gguf`.
None of it is needed to run the model, so what cannot be read is left out.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path

from gguf import GGUFWriter, Metadata, size_label
from pydantic import JsonValue

from models.convert.json_file import read_json
from models.convert.planned import Planned
from models.errors import ModelError

_SAMPLING = {
    "top_k": ("top_k",), "top_p": ("top_p",), "min_p": ("min_p",), "temp": ("temperature",),
    "penalty_repeat": ("penalty_repeat", "repetition_penalty"),
}  # fmt: skip
"""GGUF's word, after `general.sampling.` -> those of generation_config.json."""

_logger = logging.getLogger("cadre.convert")


def add_card(
    writer: GGUFWriter, folder: Path, config: dict[str, JsonValue], tensors: Sequence[Planned]
) -> None:
    """Write the `general.*` values."""
    total, label = _sizes(tensors)
    card = _sound(_about(folder, config, total))
    card.name = card.name or folder.name or "model"
    card.size_label = card.size_label or label
    _add_sampling(writer, folder / "generation_config.json")
    card.set_gguf_meta_model(writer)


def _about(folder: Path, config: dict[str, JsonValue], total: int) -> Metadata:
    for card in (_model_card(folder), {}):
        try:
            return Metadata.apply_metadata_heuristic(Metadata(), card, config, folder, total)
        except Exception:  # a card may hold anything; the rules are not ours
            _logger.debug("no use in the model card of %s", folder, exc_info=True)
    return Metadata()


def _model_card(folder: Path) -> dict[str, JsonValue]:
    try:
        card: dict[str, JsonValue] = Metadata.load_model_card(folder)
    except Exception:  # YAML, or not even text
        _logger.debug("no model card in %s", folder, exc_info=True)
        return {}
    return card


def _sound(card: Metadata) -> Metadata:
    """Without what GGUF cannot hold."""
    for field in dataclasses.fields(card):
        if not _writable(getattr(card, field.name)):
            setattr(card, field.name, None)
    return card


def _writable(value: object) -> bool:
    match value:
        case None | str():
            return True
        case list():
            return all(isinstance(item, str) or _is_entry(item) for item in value)
        case _:
            return False


def _is_entry(item: object) -> bool:
    """One of a list of models or data sets."""
    return isinstance(item, dict) and all(isinstance(value, str) for value in item.values())


def _add_sampling(writer: GGUFWriter, path: Path) -> None:
    try:
        said = read_json(path)
    except ModelError:  # a checkpoint may come without
        return
    for word, names in _SAMPLING.items():
        value = next((said[name] for name in names if said.get(name) is not None), None)
        key = f"general.sampling.{word}"
        if word == "top_k" and type(value) is int and abs(value) < 1 << 31:
            writer.add_int32(key, value)
        elif word != "top_k" and type(value) in (int, float):
            writer.add_float32(key, float(str(value)))


def _sizes(tensors: Sequence[Planned]) -> tuple[int, str]:
    """All parameters, and how large the model is called: `8.2B`, or `128x1.8B` with experts."""
    stacked = [tensor for tensor in tensors if "_exps." in tensor.name]
    total = sum(tensor.count for tensor in tensors)
    shared = total - sum(tensor.count for tensor in stacked)
    one = sum(tensor.count // tensor.shape[0] for tensor in stacked)
    count = sum(tensor.shape[0] for tensor in stacked) // len(stacked) if stacked else 0
    return total, size_label(total, shared, one, count)
