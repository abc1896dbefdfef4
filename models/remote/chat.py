"""The chat model over OpenAI-compatible servers.

    chat = RemoteChatModel(model="http://127.0.0.1:8080")
    chat = RemoteChatModel(Endpoint(urls=("http://one:8000", "http://two:8000")), model="pair")

Its options are those of `Options`. `tools_told`, `label` and `priority` have no counterpart there;
everything else is asked of the server, and what it does with it is its own affair: see
docs/endpoints.md.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage
from pydantic import PrivateAttr

from models.chat import ChatModel
from models.options import Options
from models.pieces import Pieces
from models.remote.attempt import Work
from models.remote.endpoint import Endpoint
from models.remote.running import Running

_BYTES_PER_TOKEN = 4
"""Of English text and code in vocabularies of 150,000 tokens, about."""


class RemoteChatModel(ChatModel):
    """A model that runs elsewhere. Many calls may be open at once, from any thread and loop."""

    _endpoint: Endpoint = PrivateAttr()

    def __init__(self, endpoint: Endpoint | None = None, **kwargs: Any) -> None:
        """Without an `endpoint`, `model` is the server's address; a ModelError where it is none."""
        super().__init__(**kwargs)
        self._endpoint = endpoint or Endpoint.at(self.model)

    @property
    def endpoint(self) -> Endpoint:
        """The servers that it asks."""
        return self._endpoint

    def get_num_tokens(self, text: str) -> int:
        """An estimate: the vocabulary is elsewhere."""
        return -(-len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN)

    def _open(self, messages: Sequence[BaseMessage], options: Options) -> Pieces:
        seed = random.randrange(2**31) if options.seed is None else options.seed
        return Running(self._endpoint, Work(tuple(messages), options, seed))
