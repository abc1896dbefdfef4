"""A second task that is trained beside the first: to know what a plan or a call will be before its
first word is written. Every later word can then see it."""

import tokens
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional


class Overseer(nn.Module):
    """Reads the roles of a plan, or the tool of a specialist, at the last word that the model only
    reads, one layer before the end; it is thrown away after the training."""

    def __init__(self, tokenizer: Tokenizer, width: int) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(width)
        self.reads = nn.Linear(width, len(tokens.ROLES))
        self.steps = nn.Linear(width, 1 + len(tokens.TOOLS))
        self._plans = _numbers(tokenizer, tokens.PLANS)
        self._roles = _numbers(tokenizer, tokens.ROLES)
        self._tools = _numbers(tokenizer, tokens.TOOLS)
        [self._belt] = _numbers(tokenizer, [tokens.BELT])
        [self._called] = _numbers(tokenizer, [tokens.CALLED])

    def roles(self, before: Tensor) -> Tensor:
        """(N, D) to the roles' logits, (N, 5)."""
        logits: Tensor = self.reads(self.norm(before))
        return logits

    def tools(self, before: Tensor) -> Tensor:
        """(N, D) to the logits of an answer and of each tool, (N, 1 + tools)."""
        logits: Tensor = self.steps(self.norm(before))
        return logits

    def loss(self, before: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
        """Of the rows that are plans or steps. `before` is (B, T, D), the others (B, T)."""
        last = (targets != -100).int().argmax(-1)
        seen = before[torch.arange(len(last), device=last.device), last]
        return self._of_plans(seen, targets) + self._of_steps(seen, inputs, targets)

    def _of_plans(self, seen: Tensor, targets: Tensor) -> Tensor:
        plans = torch.isin(targets, self._plans.to(targets.device)).any(-1)
        if not plans.any():
            return seen.new_zeros(())
        wanted = self._roles.to(targets.device)
        roles = (targets[plans][:, :, None] == wanted).any(1).float()
        return functional.binary_cross_entropy_with_logits(self.roles(seen[plans]), roles)

    def _of_steps(self, seen: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
        steps = (inputs == self._belt).any(-1)
        if not steps.any():
            return seen.new_zeros(())
        meant = targets[steps]
        named = functional.pad(meant[:, :-1] == self._called, (1, 0))  # the word after it
        of_tool = (meant[:, :, None] == self._tools.to(targets.device)) & named[:, :, None]
        tools = of_tool.any(1)
        wanted = torch.where(tools.any(-1), 1 + tools.int().argmax(-1), 0)
        return functional.cross_entropy(self.tools(seen[steps]), wanted)


def _numbers(tokenizer: Tokenizer, texts: tuple[str, ...] | list[str]) -> Tensor:
    return torch.tensor([tokens.number(tokenizer, text) for text in texts])
