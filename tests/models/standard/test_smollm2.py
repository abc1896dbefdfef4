"""LangChain's standard suites on SmolLM2 through llama.cpp: what 135M parameters can do."""

from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from models.engine import Engine
from models.local import LocalChatModel
from models.structured import UnfitAnswer
from tests.models.standard.unsupported import Supported, asked

pytestmark = pytest.mark.filterwarnings(
    "ignore::langchain_core._api.beta_decorator.LangChainBetaWarning"
)


class _SmolLM2(Supported):
    @pytest.fixture(autouse=True)
    def _loaded(self, smol_engine: Engine) -> None:
        self._engine = smol_engine

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return LocalChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        """At temperature 0 so small a model repeats itself until its tokens are used up."""
        return {"engine": self._engine, "model": "embedded", "temperature": 0.5, "seed": 3}

    @property
    def standard_chat_model_params(self) -> dict[str, Any]:
        """More tokens than the longest answer takes, and few, so that the suites stay quick."""
        return {"temperature": 0.5, "max_tokens": 160, "timeout": 60, "stop": [], "max_retries": 2}

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> AIMessage:
        return asked(LocalChatModel(**self.chat_model_params, max_tokens=8), stream)

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> AIMessage:
        return asked(LocalChatModel(**self.chat_model_params, max_tokens=8), stream)


class TestUnit(_SmolLM2, ChatModelUnitTests):
    """The unit suite."""


class _Patient(LocalChatModel):
    """Asks again where an answer runs on, as so small a model lets it now and then: what it draws
    depends on which other tests this process ran before."""

    def with_structured_output(self, schema: Any, **rest: Any) -> Runnable[Any, Any]:
        first, *others = (
            LocalChatModel.with_structured_output(
                self.model_copy(update={"seed": seed}), schema, **rest
            )
            for seed in (3, 4, 5)
        )
        return first.with_fallbacks(others, exceptions_to_handle=(UnfitAnswer,))


class TestIntegration(_SmolLM2, ChatModelIntegrationTests):
    """The integration suite."""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return _Patient
