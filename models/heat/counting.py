"""Counts the experts of one model over a few prompts, one after the other.

Nothing is kept between them: of a prompt that was computed before, nothing would be counted. Of
Qwen3-MoE llama.cpp computes the last layer only for tokens whose logits are wanted (the last one of
a prompt, and those that are generated), so that this layer has fewer choices than the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import ModelError
from models.experts import ExpertUsage
from models.header import check_header

if TYPE_CHECKING:
    from models.engine import Engine
    from models.engine_options import EngineOptions

ANSWER = 32
"""Tokens that are generated for each prompt."""
_DENSE = "name a mixture of experts, such as Qwen3-30B-A3B; cadre models inspect FILE tells which"


def experts_in(path: Path) -> int:
    """How many experts a layer of the model has; a ModelError where it has none, or is none."""
    metadata = check_header(path).metadata
    experts = metadata.get(f"{metadata.get('general.architecture')}.expert_count", 0)
    if not isinstance(experts, int) or not experts:
        raise ModelError(
            f"{path} has no experts: every weight of it is used for every token", _DENSE
        )
    return experts


def count_experts(
    path: Path,
    prompts: Mapping[str, str],
    options: EngineOptions,
    *,
    answer: int = ANSWER,
    on_progress: Callable[[float], None] | None = None,
    on_prompt: Callable[[str], None] | None = None,
) -> ExpertUsage:
    """What the model chose for each prompt and up to `answer` tokens after it, by prompts' keys.

    `on_progress` hears how much is loaded, from this thread; `on_prompt` whose turn it is."""
    from models.engine import Engine  # llama.cpp loads when it is needed

    experts_in(path)
    own = {"tap_experts": True, "parallel": 1, "kept_prefixes": 0, "prefix_folder": None}
    options = options.model_copy(update=own)
    usage = ExpertUsage()
    with closing(Engine.load(path, options, on_progress=on_progress)) as engine:
        for role, text in prompts.items():
            if on_prompt is not None:
                on_prompt(role)
            usage = _asked(engine, role, text, answer)
    return usage


def _asked(engine: Engine, role: str, text: str, answer: int) -> ExpertUsage:
    from models.local import LocalChatModel

    model = LocalChatModel(engine, model=role)
    model.invoke(text, label=role, max_tokens=answer, temperature=0.0, thinking=False, seed=0)
    return engine.experts()
