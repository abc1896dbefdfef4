"""Whatever the family and the budget: thinking stays within it, and an answer follows."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.local import LocalChatModel
from tests.models.conftest import Loader
from tests.models.tiny import write_tiny

ENDLESS = {
    "\n": "<think>", "<think>": "Let", "Let": " me", " me": " see", " see": "Let", "": "!",
}  # fmt: skip
"""After "assistant" and a line end it thinks, and never stops by itself."""
BUDGETS = range(201) if os.environ.get("CADRE_MANY") else (0, 1, 2, 3, 17, 64, 199, 200)
THINKING = ("qwen3", "qwen3-thinking-2507", "qwen3-next-thinking", "qwen3.5")
NEVER = ("chatml", "qwen3-instruct-2507", "qwen3-next-instruct", "qwen3-coder")
SCHEMA = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("endless") / "endless.gguf", follow=ENDLESS)


@pytest.fixture
def chat(endless: Path, load: Loader, request: pytest.FixtureRequest) -> Iterator[LocalChatModel]:
    engine = load(endless, family=request.param, closing="So.")
    yield LocalChatModel(engine, model=request.param)
    engine.close()


@pytest.mark.parametrize("chat", THINKING, indirect=True)
def test_thinking_never_passes_its_budget_and_an_answer_follows(chat: LocalChatModel) -> None:
    closing = chat.get_num_tokens("So.")

    def ask(budget: int) -> tuple[int, int, bool]:
        message = chat.invoke("Hi", thinking_budget=budget, json_schema=SCHEMA, temperature=0)
        told = message.response_metadata["thinking"]
        assert set(json.loads(message.text)) == {"ok"}
        assert "think" not in message.text
        return budget, told["tokens"] if told else 0, bool(told and told["closed"] == "budget")

    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(ask, BUDGETS))
    for budget, tokens, closed in asked:
        assert tokens <= budget + closing
        assert closed or not budget, f"a budget of {budget} was not what ended it"


@pytest.mark.parametrize("chat", NEVER, indirect=True)
def test_who_never_thinks_answers_under_any_budget(chat: LocalChatModel) -> None:
    for budget in BUDGETS:
        message = chat.invoke("Hi", thinking_budget=budget, json_schema=SCHEMA, temperature=0)
        assert set(json.loads(message.text)) == {"ok"}
        assert message.response_metadata["thinking"] is None
