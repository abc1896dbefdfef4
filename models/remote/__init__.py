"""Models behind OpenAI-compatible servers: llama-server, vLLM, SGLang, Ollama.

Settings name an `Endpoint`; the rest loads LangChain and httpx, and only when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from models.remote.endpoint import Endpoint, endpoint_of
from models.remote.patience import Patience

if TYPE_CHECKING:
    from models.remote.chat import RemoteChatModel
    from models.remote.reached import Reached, reach

__all__ = ["Endpoint", "Patience", "Reached", "RemoteChatModel", "endpoint_of", "reach"]

_LAZY = {
    "Reached": "models.remote.reached",
    "RemoteChatModel": "models.remote.chat",
    "reach": "models.remote.reached",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
