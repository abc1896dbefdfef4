"""What LangChain's standard suites ask for and we do not do, and why: one table, and nothing else.

docs/chat-model.md holds the same list for people.
"""

from typing import Literal, NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk


class Expected(NamedTuple):
    """A test that fails, and how."""

    error: type[Exception]
    reason: str


UNSUPPORTED: dict[str, Expected] = {
    "test_serdes": Expected(
        ValueError,
        "`all` allows LangChain's load the classes of its own list alone; with ours named in "
        "allowed_objects it loads them: tests/models/test_chat.py",
    ),
}
"""By the test's name."""

SMALL: dict[str, Expected] = {
    "test_agent_loop": Expected(
        AssertionError,
        "SmolLM2 calls no tool of its own accord; where it must, a grammar makes the call",
    ),
}
"""The same, for what 135M parameters cannot do; now and then, by luck, they can."""


class Supported:
    """What both suites ask a chat model of ours about itself. Tools, tool_choice, structured output
    and usage are supported, and the suites find out by themselves."""

    @property
    def supports_json_mode(self) -> bool:
        """A grammar of any schema."""
        return True

    @property
    def supports_model_override(self) -> bool:
        """A chat model is one file; another file is another chat model."""
        return False

    @property
    def supports_image_inputs(self) -> bool:
        """The families are text models. So it is with URLs of images, PDF, audio and video."""
        return False

    @property
    def supported_usage_metadata_details(
        self,
    ) -> dict[
        Literal["invoke", "stream"],
        list[
            Literal[
                "audio_input",
                "audio_output",
                "reasoning_output",
                "cache_read_input",
                "cache_creation_input",
            ]
        ],
    ]:
        """Nobody is billed for filling a cache, and `prefilled_tokens` tells of it."""
        return {
            "invoke": ["reasoning_output", "cache_read_input"],
            "stream": ["reasoning_output", "cache_read_input"],
        }


def asked(model: BaseChatModel, stream: bool) -> AIMessage:
    """Its answer to a greeting."""
    if not stream:
        return model.invoke("Hello")
    whole = AIMessageChunk(content=[])
    for chunk in model.stream("Hello"):
        assert isinstance(chunk, AIMessageChunk)
        whole = whole + chunk
    return whole
