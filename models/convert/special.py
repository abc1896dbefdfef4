"""What stands beside a tokenizer: its special tokens' numbers, and the chat template."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gguf import Keys
from pydantic import JsonValue

from models.convert.json_file import read_json, read_text
from models.convert.tokenizer import Tokenizer

KEYS = {
    "bos": Keys.Tokenizer.BOS_ID,
    "eos": Keys.Tokenizer.EOS_ID,
    "unk": Keys.Tokenizer.UNK_ID,
    "sep": Keys.Tokenizer.SEP_ID,
    "pad": Keys.Tokenizer.PAD_ID,
    "mask": Keys.Tokenizer.MASK_ID,
}
"""transformers' word -> GGUF's key."""


def special_numbers(
    tokenizer: Tokenizer,
    tokenizer_config: Mapping[str, JsonValue],
    config: Mapping[str, JsonValue],
    size: int,
) -> dict[str, int]:
    """Numbers by transformers' word; tokenizer_config.json goes before config.json."""
    found: dict[str, int] = {}
    for kind in KEYS:
        entry = tokenizer_config.get(f"{kind}_token")
        content = entry.get("content") if isinstance(entry, dict) else entry
        own = tokenizer.number(content) if isinstance(content, str) else None
        for number in (own, config.get(f"{kind}_token_id")):
            if type(number) is int and 0 <= number < size:
                found.setdefault(kind, number)
    return found


def chat_template(folder: Path, tokenizer_config: Mapping[str, JsonValue]) -> str | None:
    """The default template; tokenizer_config.json goes before a file of its own."""
    own = tokenizer_config.get("chat_template")
    if isinstance(own, list):  # several, by name
        named = [one for one in own if isinstance(one, dict) and one.get("name") == "default"]
        own = named[0].get("template") if named else None
    if isinstance(own, str):
        return own
    if (path := folder / "chat_template.jinja").exists():
        return read_text(path)
    if (path := folder / "chat_template.json").exists():
        template = read_json(path).get("chat_template")
        return template if isinstance(template, str) else None
    return None
