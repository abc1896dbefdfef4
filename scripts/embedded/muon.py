"""Muon: momentum whose matrices are made orthogonal (Keller Jordan and others, 2024).

torch.optim has one for plain matrices; experts are stacked, so this one takes stacks of them too.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

A, B, C = 3.4445, -4.7750, 2.0315
"""Of the quintic iteration, which brings every singular value near 1."""
ROUNDS = 5


class Muon(torch.optim.Optimizer):
    """For matrices and stacks of them, shapes (..., rows, columns)."""

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float, decay: float) -> None:
        super().__init__(parameters, {"lr": lr, "decay": decay, "momentum": 0.95})

    @torch.no_grad()  # type: ignore[untyped-decorator]  # torch is not installed where types are checked
    def step(self, closure: None = None) -> None:
        """One update, with Nesterov's momentum."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(weight)
                moved = state["momentum"].lerp_(weight.grad, 1 - group["momentum"])
                update = orthogonal(weight.grad.lerp(moved, group["momentum"]))
                rate = group["lr"] * max(1.0, weight.shape[-2] / weight.shape[-1]) ** 0.5
                weight.mul_(1 - group["lr"] * group["decay"]).add_(update, alpha=-rate)


def orthogonal(matrices: Tensor) -> Tensor:
    """The nearest matrices whose singular values are about 1."""
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(ROUNDS):
        square = x @ x.mT
        x = A * x + (B * square + C * square @ square) @ x
    return x.mT if tall else x
