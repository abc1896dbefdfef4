"""Language models and nothing else: references, engine, chat models, scripted models.

Importing this package loads neither llama.cpp nor LangChain; each name loads what it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from models.errors import (
    CadreError,
    ConfigurationError,
    GenerationError,
    ModelError,
    RunError,
    UsageError,
)
from models.reference import ModelReference, parse_reference
from models.usage import Usage

if TYPE_CHECKING:
    from models.chat import ChatModel
    from models.local import LocalChatModel
    from models.pool import Models
    from models.remote import RemoteChatModel
    from models.scripted import ReceivedCall, ScriptedModel
    from models.turn import Turn

__all__ = [
    "CadreError",
    "ChatModel",
    "ConfigurationError",
    "GenerationError",
    "LocalChatModel",
    "ModelError",
    "ModelReference",
    "Models",
    "ReceivedCall",
    "RemoteChatModel",
    "RunError",
    "ScriptedModel",
    "Turn",
    "Usage",
    "UsageError",
    "parse_reference",
]

_LAZY = {
    "ChatModel": "models.chat",
    "LocalChatModel": "models.local",
    "Models": "models.pool",
    "ReceivedCall": "models.scripted",
    "RemoteChatModel": "models.remote",
    "ScriptedModel": "models.scripted",
    "Turn": "models.turn",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
