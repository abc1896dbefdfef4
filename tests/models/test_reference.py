"""Names of models."""

from pathlib import Path

import pytest

from models import ModelError, parse_reference
from models.reference import Source, embedded_path, path_of


@pytest.mark.parametrize(
    ("text", "source", "path"),
    [
        ("embedded", Source.EMBEDDED, None),
        ("scripted:turns.json", Source.SCRIPTED, Path("turns.json")),
        ("./x.gguf", Source.FILE, Path("x.gguf")),
        ("/models/x", Source.FILE, Path("/models/x")),
        ("X.GGUF", Source.FILE, Path("X.GGUF")),
        (" embedded ", Source.EMBEDDED, None),
        ("hf:Qwen/Qwen3-8B-GGUF:Q4_K_M", Source.HUB, None),
        ("qwen3-8b", Source.HUB, None),
        ("Qwen3-8B:Q8_0", Source.HUB, None),
        ("https://host/v1#name", Source.ENDPOINT, None),
        ("endpoint:big", Source.ENDPOINT, None),
    ],
)
def test_a_reference_says_where_its_model_is(text: str, source: Source, path: Path | None) -> None:
    reference = parse_reference(text)
    assert (reference.source, reference.path) == (source, path)
    assert str(reference) == text.strip()


def test_a_home_path_is_expanded() -> None:
    assert parse_reference("~/x.gguf").path == Path.home() / "x.gguf"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("https://", "needs an address", "http://HOST:PORT"),
        ("Qwen3-8", "unknown model 'Qwen3-8'", "did you mean Qwen3-8B"),
        ("embeded", "unknown model", "did you mean embedded?"),
        ("scripted:", "names no file", "scripted:FILE"),
        ("", "unknown model", "embedded"),
    ],
)
def test_what_cannot_be_had_says_what_to_type(text: str, message: str, hint: str) -> None:
    with pytest.raises(ModelError) as caught:
        parse_reference(text)
    assert message in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("name", ["Qwen3-8B", "hf:nobody/has-this-GGUF"])
def test_a_model_that_was_not_pulled_says_how_to(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError) as caught:
        path_of(parse_reference(name))
    assert f"cadre models pull {name}" in caught.value.hint


def test_the_embedded_model_is_a_file_of_its_package() -> None:
    assert embedded_path().suffix == ".gguf"
