"""The model with what trains it: made anew or from an earlier training, stepped, saved, resumed."""

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import tokens
import torch
from model import Qwen3Moe, Shape
from muon import Muon
from overseer import Overseer
from senses import projected, senses
from tokenizers import Tokenizer
from torch import Tensor

LEARNING_RATE, MUON_RATE, DECAY = 3e-3, 0.02, 0.05
"""Of Adam (words, norms, routers) and of Muon (all other matrices), and the latter's decay."""
BALANCE = 0.01
"""Weight of the term that keeps the experts' load even (Switch Transformer, section 2.2)."""


MEAN = 0.998
"""Of the weights' running mean, what each step keeps. The mean is what is used in the end: it knows
words that no request has better than the weights of any step."""


class Learner:
    """Everything that a training keeps in `state.pt`."""

    def __init__(self, folder: Path, after: Path | None) -> None:
        """In `folder` stands or comes tokenizer.json; `after`: the training to begin with."""
        place = folder / "tokenizer.json"
        if after and not place.exists():
            shutil.copy(after / place.name, place)
        self.saved = folder / "state.pt"
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.tokenizer: Tokenizer = tokens.load(place)
        shape = Shape(vocabulary=self.tokenizer.get_vocab_size())
        known = senses(self.tokenizer)
        begins = torch.from_numpy(projected(known, shape.width))
        self.model = Qwen3Moe(shape, torch.from_numpy(known), begins).to(self.device)
        self.overseer = Overseer(self.tokenizer, shape.width).to(self.device)
        self._optimisers = _optimisers(self.model, self.overseer)
        self._mean = {name: p.detach().clone() for name, p in self._learnt()}
        self._steps = 0
        if after:
            state = torch.load(after / "state.pt", map_location=self.device)
            self.model.load_state_dict(state["model"])
            if known_before := state.get("overseer"):
                self.overseer.load_state_dict(known_before)
            self._mean = {name: p.detach().clone() for name, p in self._learnt()}

    def step(self, loss: Tensor, uneven: Tensor, share: float) -> None:
        """One update; `share` of the learning rates."""
        (loss + BALANCE * uneven).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser, rate in zip(self._optimisers, (LEARNING_RATE, MUON_RATE), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * share
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self._steps += 1
        keeps = min(MEAN, self._steps / (self._steps + 9))
        with torch.no_grad():
            for name, parameter in self._learnt():
                self._mean[name].lerp_(parameter, 1 - keeps)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Until this ends the weights are their mean over the last steps."""
        own = {name: parameter.detach().clone() for name, parameter in self._learnt()}
        with torch.no_grad():
            for name, parameter in self._learnt():
                parameter.copy_(self._mean[name])
        try:
            yield
        finally:
            with torch.no_grad():
                for name, parameter in self._learnt():
                    parameter.copy_(own[name])

    def _learnt(self) -> Iterator[tuple[str, Tensor]]:
        yield from self.model.named_parameters(prefix="model")
        yield from self.overseer.named_parameters(prefix="overseer")

    def save(self, step: int) -> None:
        """Whole or not at all. `model`, `overseer` and `table` are the mean; `own` is what the next
        step goes on from."""
        own = {name: parameter.detach().clone() for name, parameter in self._learnt()}
        with self.averaged():
            state = {
                "model": copy.deepcopy(self.model.state_dict()),
                "overseer": copy.deepcopy(self.overseer.state_dict()),
                "table": self.model.words.table().detach().clone(),
            }
        state |= {
            "own": own,
            "optimisers": [optimiser.state_dict() for optimiser in self._optimisers],
            "step": step,
            "shape": asdict(self.model.shape),
        }
        part = self.saved.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.saved)

    def resumed(self) -> int:
        """The steps that are done already, with their weights in place."""
        if not self.saved.exists():
            return 0
        state = torch.load(self.saved, map_location=self.device)
        self.model.load_state_dict(state["model"])
        self.overseer.load_state_dict(state["overseer"])
        self._mean = {name: parameter.detach().clone() for name, parameter in self._learnt()}
        self._steps = int(state["step"])
        with torch.no_grad():
            for name, parameter in self._learnt():
                parameter.copy_(state["own"][name])
        for optimiser, kept in zip(self._optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        return int(state["step"])


def _optimisers(model: Qwen3Moe, overseer: Overseer) -> tuple[torch.optim.Optimizer, ...]:
    matrices: list[Tensor] = []
    others = list(overseer.parameters())
    for name, parameter in model.named_parameters():
        plain = parameter.dim() < 2 or name.startswith("words") or "router" in name
        (others if plain else matrices).append(parameter)
    adam = torch.optim.AdamW(others, lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.0)
    return adam, Muon(matrices, MUON_RATE, DECAY)
