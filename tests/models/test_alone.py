"""A chat model made from a reference alone: loaded when it is needed, shared, written down."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from langchain_core.load import dumps, load

from models import GenerationError, LocalChatModel, ModelError

OPTIONS = {"context_tokens": 512, "threads": 1, "seed": 7}


def alone(path: Path, **kwargs: Any) -> LocalChatModel:
    return LocalChatModel(model=str(path), engine_options=OPTIONS, temperature=0, **kwargs)


async def test_eight_that_name_one_file_at_a_time_share_one_engine(thinking_file: Path) -> None:
    models = [alone(thinking_file) for _ in range(8)]
    answers = await asyncio.gather(*(model.ainvoke("Hi", thinking=True) for model in models))
    assert {answer.text for answer in answers} == {"Hello world"}
    assert models[0]._engine is models[7]._engine
    assert alone(thinking_file).invoke("Hi").text == "Hello world"


def test_other_options_are_another_engine(thinking_file: Path) -> None:
    small = LocalChatModel(model=str(thinking_file), engine_options={**OPTIONS, "parallel": 1})
    assert small.context_tokens == 512
    assert small._engine is not alone(thinking_file)._engine


def test_the_family_can_be_chosen(thinking_file: Path) -> None:
    never = LocalChatModel(
        model=str(thinking_file), engine_options={**OPTIONS, "family": "qwen3-instruct-2507"}
    )
    with pytest.raises(GenerationError, match="qwen3-instruct-2507 model never thinks"):
        never.invoke("Hi", thinking=True)


@pytest.mark.filterwarnings("ignore:The function `load` is in beta")
def test_it_is_written_down_as_its_reference_and_options_and_read_again(
    thinking_file: Path,
) -> None:
    written = json.loads(dumps(alone(thinking_file, max_tokens=50)))
    assert written["kwargs"] == {
        "model": str(thinking_file),
        "engine_options": OPTIONS,
        "temperature": 0,
        "max_tokens": 50,
    }
    again = load(written, allowed_objects=[LocalChatModel], valid_namespaces=["models"])
    assert isinstance(again, LocalChatModel)
    assert again.invoke("Hi").text == "Hello world"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"model": "nowhere.gguf"}, r"cannot read nowhere\.gguf"),
        ({"model": "Qwen4"}, "unknown model 'Qwen4'"),
        ({"model": "scripted:turns.json"}, "runs no engine"),
        ({"model": "{file}", "engine_options": {"contexts": 1}}, "engine option contexts"),
        (
            {"model": "{file}", "engine_options": {"loading": {"kv_type_k": "f8"}}},
            r"engine option loading\.kv_type_k",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_loads(
    given: dict[str, Any], said: str, thinking_file: Path
) -> None:
    model = given["model"].format(file=thinking_file)
    with pytest.raises(ModelError, match=said):
        LocalChatModel(**{**given, "model": model})


def test_a_file_that_is_mended_loads_at_the_next_call(thinking_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.gguf"
    shutil.copy(thinking_file, path)
    model = alone(path)
    path.rename(tmp_path / "away.gguf")
    with pytest.raises(ModelError, match="cannot read"):
        model.invoke("Hi")
    (tmp_path / "away.gguf").rename(path)
    assert model.invoke("Hi").text == "Hello world"
