"""Qwen3-MoE on a page: RMSNorm, QK-norm, grouped-query attention, RoPE, SwiGLU experts.

As in the Qwen3 technical report (arXiv 2505.09388) and as llama.cpp's `qwen3moe` computes it. The
output shares its matrix with the embedding. Shapes: B sequences, T tokens, D width, E experts.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

SPREAD = 0.05
"""Of the embedding at first, and of what a layer adds to it."""


@dataclass(frozen=True)
class Shape:
    """The model's sizes."""

    vocabulary: int = 6000
    width: int = 256
    layers: int = 4
    heads: int = 8
    kv_heads: int = 2
    head: int = 32
    """Dimensions of a head."""
    experts: int = 8
    active: int = 2
    """Experts that each token is sent to."""
    expert_width: int = 192
    context: int = 4096
    rope_base: float = 1e6
    epsilon: float = 1e-6


class Attention(nn.Module):
    """Causal, with fewer key and value heads than query heads, both normalised a head."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.q = nn.Linear(shape.width, shape.heads * shape.head, bias=False)
        self.k = nn.Linear(shape.width, shape.kv_heads * shape.head, bias=False)
        self.v = nn.Linear(shape.width, shape.kv_heads * shape.head, bias=False)
        self.out = nn.Linear(shape.heads * shape.head, shape.width, bias=False)
        self.q_norm = nn.RMSNorm(shape.head, eps=shape.epsilon)
        self.k_norm = nn.RMSNorm(shape.head, eps=shape.epsilon)

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
        """(B, T, D) to the same."""
        batch, length, _ = x.shape
        split = (batch, length, -1, self.shape.head)
        q = rotated(self.q_norm(self.q(x).view(split)).transpose(1, 2), turns)
        k = rotated(self.k_norm(self.k(x).view(split)).transpose(1, 2), turns)
        v = self.v(x).view(split).transpose(1, 2)
        seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return self.out(seen.transpose(1, 2).reshape(batch, length, -1))


class Experts(nn.Module):
    """A softmax router and SwiGLU experts; the weights of the chosen ones are made 1 together."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.active = shape.active
        self.router = nn.Linear(shape.width, shape.experts, bias=False)
        inner = (shape.experts, shape.expert_width, shape.width)
        self.gate = nn.Parameter(torch.empty(inner))
        self.up = nn.Parameter(torch.empty(inner))
        self.down = nn.Parameter(torch.empty(shape.experts, shape.width, shape.expert_width))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, D) to the same, and how uneven the experts' load is: 1.0 where all bear alike."""
        chances = functional.softmax(self.router(x), dim=-1)
        weights, chosen = chances.topk(self.active, dim=-1)
        weights = weights / weights.sum(-1, keepdim=True)
        mixed = torch.zeros_like(x)
        for expert in range(len(self.gate)):
            token, place = (chosen == expert).nonzero(as_tuple=True)
            inner = x[token]
            gate = functional.silu(functional.linear(inner, self.gate[expert]))
            inner = gate * functional.linear(inner, self.up[expert])
            told = functional.linear(inner, self.down[expert]) * weights[token, place, None]
            mixed = mixed.index_add(0, token, told)
        load = functional.one_hot(chosen, len(self.gate)).float().mean((0, 1))
        return mixed, len(self.gate) * (load * chances.mean(0)).sum()


class Layer(nn.Module):
    """Attention, then experts, each after a norm and added to the stream."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(shape.width, eps=shape.epsilon)
        self.attention = Attention(shape)
        self.experts_norm = nn.RMSNorm(shape.width, eps=shape.epsilon)
        self.experts = Experts(shape)

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        x = x + self.attention(self.attention_norm(x), turns)
        told, uneven = self.experts(self.experts_norm(x).flatten(0, 1))
        return x + told.view_as(x), uneven


class Words(nn.Module):
    """The embedding: a table of its own and, where there are senses, a projection of them. Both are
    one table once it is trained."""

    def __init__(self, shape: Shape, senses: Tensor | None, projection: Tensor | None) -> None:
        super().__init__()
        self.own = nn.Parameter(SPREAD * torch.randn(shape.vocabulary, shape.width))
        self.register_buffer("senses", senses, persistent=False)
        self.projection = None if projection is None else nn.Parameter(SPREAD * projection)

    def table(self) -> Tensor:
        """(vocabulary, D)."""
        if self.senses is None or self.projection is None:
            return self.own
        return self.own + self.senses @ self.projection


class Qwen3Moe(nn.Module):
    """Tokens to the hidden state that the next token is read from."""

    def __init__(
        self, shape: Shape, senses: Tensor | None = None, projection: Tensor | None = None
    ) -> None:
        """`senses`: (vocabulary, S), not trained; `projection`: (S, D), where it begins."""
        super().__init__()
        self.shape = shape
        self.words = Words(shape, senses, projection)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, eps=shape.epsilon)
        for name, parameter in self.layers.named_parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=_spread(name, parameter))

    def forward(self, tokens: Tensor, table: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T) and the words' table to (B, T, D), the same before the last layer, which is what
        later tokens can see of it, and the layers' mean unevenness."""
        x = functional.embedding(tokens, table)
        turns = turns_of(tokens.shape[1], self.shape, x.device)
        uneven = []
        before = x
        for layer in self.layers:
            before = x
            x, load = layer(x, turns)
            uneven.append(load)
        return self.norm(x), before, torch.stack(uneven).mean()


def joined(state: dict[str, Any]) -> dict[str, Tensor]:  # Any: what torch saved
    """Of a saved training, the weights by name, with the words' table as one."""
    layers = {name: w for name, w in state["model"].items() if not name.startswith("words.")}
    return {"words.own": state["table"], **layers}


def _spread(name: str, weights: Tensor) -> float:
    """So that the inside of every layer begins with values of order 1, and that what it adds to the
    stream does not drown the words in it."""
    last = name.endswith(("attention.out.weight", "experts.down"))
    return float(weights.shape[-1] ** -0.5 * (SPREAD if last else 1.0))


def turns_of(length: int, shape: Shape, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosines and sines of RoPE, (T, head / 2) each."""
    steps = torch.arange(0, shape.head, 2, device=device).float() / shape.head
    angles = torch.arange(length, device=device).float()[:, None] / shape.rope_base**steps
    return angles.cos(), angles.sin()


def rotated(x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """RoPE over the two halves of each head, as Qwen and GPT-NeoX pair them."""
    first, second = x.chunk(2, dim=-1)
    cos, sin = turns
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)
