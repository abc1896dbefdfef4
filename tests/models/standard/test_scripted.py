"""LangChain's standard suites on a scripted engine, which answers as it is asked."""

import json
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from models import ScriptedModel, Turn
from models.turn import ScriptedCall
from tests.models.standard.unsupported import Supported, asked

pytestmark = pytest.mark.filterwarnings(
    "ignore::langchain_core._api.beta_decorator.LangChainBetaWarning"
)


def _called(name: str, **args: Any) -> Turn:
    return Turn(thinking="A tool knows that.", tool_calls=(ScriptedCall(name=name, args=args),))


_JOKE = {"setup": "Why do cats purr?", "punchline": "They run on batteries."}
_REPLIES = {
    "": Turn(thinking="They greet me.", text="Hello, how are you?", split=5),
    "joke": Turn(thinking="About cats.", text=json.dumps(_JOKE)),
    "magic_function(3)": _called("magic_function", input=3),
    "magic_function_no_args()": _called("magic_function_no_args"),
    "Hello!": _called("magic_function", input=3),
    "Pirate greeting": _called("greeting_generator", answer_style="pirate"),
    "weather": _called("get_weather", location="San Francisco"),
    "3 + 4": _called("my_adder_tool", a=3, b=4),
    "你好啊集团": _called("unicode_customer", customer_name="你好啊集团", description="Chinese"),
    "こんにちは": _called("unicode_customer", customer_name="こんにちは", description="Japanese"),
}


class _Scripted(Supported):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ScriptedModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"replies": _REPLIES}

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> AIMessage:
        return asked(ScriptedModel(replies=_REPLIES), stream)

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> AIMessage:
        return asked(ScriptedModel(replies=_REPLIES), stream)


class TestUnit(_Scripted, ChatModelUnitTests):
    """The unit suite."""


class TestIntegration(_Scripted, ChatModelIntegrationTests):
    """The integration suite."""
