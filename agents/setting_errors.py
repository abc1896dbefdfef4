"""Wrong settings, told as one line: where it stands, what was expected, the nearest name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from agents.setting_layer import Layer
from models.errors import ConfigurationError
from models.remote.endpoint import KEPT_SECRET

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_settings import SettingsError

_EXPECTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "value_error": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "a text in quotes",
    "path_type": "a path in quotes",
    "tuple_type": "a list",
    "finite_number": "a number",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
"""What a person calls what pydantic wanted, by its error's type."""


def refusal(
    error: ValidationError, layers: Sequence[Layer], settings: type[BaseModel]
) -> ConfigurationError:
    """The first fault of a validation, at the place that set the value."""
    fault = error.errors(include_url=False)[0]
    keys = _keys(fault["loc"], layers)
    layer = next(layer for layer in reversed(layers) if layer.holds(keys))
    place = layer.place(keys)
    if fault["type"] == "extra_forbidden":
        return _unknown(place, keys, settings)
    got = layer.value(keys)
    shown = "a table" if isinstance(got, dict) else repr(got)
    if fault["type"] == KEPT_SECRET:
        shown = "not what can stand there"
    return ConfigurationError(
        f"{place}: {'.'.join(keys)} is {shown}; expected {_expected(fault)}",
        "mend it there, or remove it for the default",
    )


def unknown_variable(name: str, known: Collection[str]) -> ConfigurationError:
    """An environment variable that looks like ours and is not."""
    near = _nearest(name.split("__")[0], known)
    return ConfigurationError(
        f"environment: {name} is no setting", _did_you_mean(near, known) + "; or unset it"
    )


def environment_error(error: SettingsError) -> ConfigurationError:
    """A variable that should hold a table or a list, and is not JSON."""
    return ConfigurationError(
        f"environment: {error}",
        "name one value, such as CADRE_ROLES__TESTING__MODEL=embedded; a list or a table as JSON, "
        """such as CADRE_LOADING__DEVICES='["CUDA0"]'""",
    )


def _unknown(place: str, keys: Sequence[str], settings: type[BaseModel]) -> ConfigurationError:
    known = _names_beside(keys, settings)
    near = _nearest(keys[-1], known)
    return ConfigurationError(
        f"{place}: unknown setting {'.'.join(keys)}", _did_you_mean(near, known)
    )


def _names_beside(keys: Sequence[str], settings: type[BaseModel]) -> list[str]:
    """The names that could have stood where the unknown one stands."""
    model: Any = settings
    for key in keys[:-1]:
        model = model.model_fields[key].annotation
    return list(model.model_fields)


def _keys(loc: Iterable[str | int], layers: Sequence[Layer]) -> list[str]:
    """A validation's location, without the parts that name a type and no key."""
    keys: list[str] = []
    for part in loc:
        if any(layer.holds([*keys, part]) for layer in layers):
            keys.append(str(part))
    return keys


def _expected(fault: Any) -> str:
    bounds = fault.get("ctx", {})
    for name, words in (("ge", "at least"), ("gt", "more than"), ("le", "at most")):
        if name in bounds:
            return f"{words} {bounds[name]}"
    if "max_length" in bounds:
        return f"at most {bounds['max_length']} entries"
    if fault["type"] in ("enum", "literal_error"):
        return f"one of {bounds['expected']}"
    return _EXPECTED.get(fault["type"], str(fault["msg"]))


def _nearest(name: str, known: Collection[str]) -> str | None:
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.5)), None)


def _did_you_mean(near: str | None, known: Collection[str]) -> str:
    return f"did you mean {near}?" if near else f"choose one of {', '.join(sorted(known))}"
