"""The base of Cadre's domain words: frozen records, closed to unknown fields."""

from pydantic import BaseModel, ConfigDict


class Word(BaseModel):
    """A frozen record that crosses a layer; field docstrings are its schema's descriptions."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
