"""The plainest way to generate: one sequence, one context, the likeliest token, nothing shared.

What the engine does must give the same tokens.
"""

from collections.abc import Sequence
from pathlib import Path

from models.llama import Batch, Context, Sampler, Weights, stage
from models.loading import Loading

EXACT = Loading(kv_type_k="f32", kv_type_v="f32", flash_attention=False)
"""Without rounding on the way, so that only a wrong token can differ."""


class Plain:
    """A model that answers one prompt after the other, each from the beginning."""

    def __init__(self, path: Path) -> None:
        self._weights = Weights(path)
        self._batch = Batch(64)

    def answer(self, prompt: Sequence[int], count: int) -> list[int]:
        """The `count` likeliest tokens after `prompt`."""
        context = Context(self._weights, cells=1024, lanes=1, batch=64, threads=1, loading=EXACT)
        sampler = Sampler([stage("greedy")])
        tokens, computed = [*prompt], 0
        while len(tokens) < len(prompt) + count:
            part = tokens[computed : computed + 64]
            self._batch.clear()
            output = self._batch.add(0, part, computed, sample=True)
            context.decode(self._batch)
            computed += len(part)
            if computed == len(tokens):
                tokens.append(sampler.sample(context, output))
        sampler.close()
        context.close()
        return tokens[len(prompt) :]

    def close(self) -> None:
        """Free the model."""
        self._weights.close()
