"""A second task that is trained beside the first, so that the roles of a plan are known before the
first of them is written."""

import tokens
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional


class Overseer(nn.Module):
    """Reads the roles of a plan before it is written; it is thrown away after the training."""

    def __init__(self, tokenizer: Tokenizer, width: int) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(width)
        self.reads = nn.Linear(width, len(tokens.ROLES))
        numbers = {text: tokens.number(tokenizer, text) for text in (*tokens.ROLES, *tokens.PLANS)}
        self.register_buffer("roles", torch.tensor([numbers[r] for r in tokens.ROLES]))
        self.register_buffer("plans", torch.tensor([numbers[p] for p in tokens.PLANS]))

    def loss(self, before: Tensor, targets: Tensor) -> Tensor:
        """Of the rows that are plans; 0 where there is none. `before` is (B, T, D)."""
        plans = torch.isin(targets, self.plans).any(-1)
        if not plans.any():
            return before.new_zeros(())
        meant = targets[plans]
        last = (meant != -100).int().argmax(-1)
        seen = before[plans][torch.arange(len(last), device=last.device), last]
        roles = (meant[:, :, None] == self.roles).any(1).float()
        return functional.binary_cross_entropy_with_logits(self.reads(self.norm(seen)), roles)
