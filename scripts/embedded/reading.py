"""Learns whose field requests are, and which step a situation needs, without writing anything:
`python reading.py --out FOLDER --after FOLDER`.

A request without the plan that follows takes a quarter of the time, so every one is read several
times. The model's trunk and the overseer learn; plans come after it (`train.py --after`), with more
reading beside them. The same command after an interruption goes on at the last saved step.
"""

import argparse
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from generator.ask import Ask
from generator.dice import Dice
from generator.example import ROLES, asked
from generator.plan import overview
from generator.situations import situation_example
from generator.span import text_of
from generator.written import ASKS, KEPT_BACK
from learner import Learner
from numpy import float32
from numpy.typing import NDArray
from rendering import prompt
from teacher import Linear, Teacher, Together, piece
from tokenizers import Tokenizer
from tokens import TOOLS, number
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

SEED = 4
BATCH = 192
"""Requests."""
STATES, LONGEST = 3, 450
"""Situations that are read with each batch, and the most tokens of one."""
STEPS = 0.15
"""Weight of the situations' loss."""
CALL = re.compile(r'^<tool_call>\n{"name": "(\w+)"')
POOL = 24
"""Batches that are sorted by length together."""
WHOLE = 0.3
"""The part that stands in the whole prompt; the others stand alone."""
JOINED = 0.3
"""The part to which another for somebody else is joined."""
LINKS = (", and ", ". ", " and ", ". Also ", "\n", ", ", "; ")
HIDDEN = 0.12
"""The part of the words that is hidden, so that no single one decides."""
PIECES = 0.4
"""The part that are pieces of requests, with what the teacher thinks of them."""
LINKED = 0.35
"""The part of these that are two pieces in one."""
BESIDE = "trainings whose opinion of the pieces counts as well"
SLOWER, WARM_UP = 0.5, 50
TOLD_EVERY = 50


@dataclass(frozen=True)
class Read:
    """A request, and for each role how likely it is needed."""

    text: str
    roles: tuple[float, ...]

    def with_(self, other: "Read", link: str) -> "Read":
        """Both in one."""
        both = tuple(map(max, self.roles, other.roles))
        return Read(f"{self.text}{link}{other.text}", both)


def read(ask: Ask) -> Read:
    """What is to be learnt of it."""
    needed = {role for role, _ in ask.tasks}
    return Read(text_of(ask.spans), tuple(float(role in needed) for role in ROLES))


def main() -> None:
    """Parse, train."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--after", type=Path, required=True)
    parser.add_argument("--epochs", type=float, default=5)
    parser.add_argument("--beside", type=Path, nargs="*", default=[], help=BESIDE)
    told = parser.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    learner = Learner(told.out, told.after)
    done = learner.resumed()
    torch.manual_seed(SEED + done)
    random.seed(SEED + done)
    asks, checks = [read(ask) for ask in ASKS], [read(ask) for ask in KEPT_BACK]
    steps = int(len(asks) * told.epochs / BATCH)
    print(f"{len(asks)} requests, {steps} steps, from step {done}", flush=True)
    if done >= steps:
        return
    teacher = teachers(asks, told.beside)
    print(f"the teachers: {taught(teacher, checks):.1%} of those kept back", flush=True)
    began, lost = time.monotonic(), 0.0
    every = islice(batches(learner.tokenizer, asks, teacher), steps - done)
    for step, batch in enumerate(every, start=done + 1):
        loss, uneven = loss_of(learner, batch)
        share = min(1.0, step / WARM_UP) * (0.05 + 0.95 * (1 - step / steps))
        learner.step(loss, uneven, SLOWER * share)
        lost += loss.item()
        if step % TOLD_EVERY == 0 or step == steps:
            with learner.averaged():
                known, passed = right(learner, checks), time.monotonic() - began
            print(f"step {step}/{steps}: loss {lost / TOLD_EVERY:.4f}, "
                  f"{known:.1%} of those kept back, {passed:.0f} s", flush=True)  # fmt: skip
            lost = 0.0
            learner.save(step)


@dataclass(frozen=True)
class Batch:
    """Rows of token numbers with what is to be known at the end of each."""

    requests: Sequence[Sequence[int]]
    roles: Sequence[Sequence[float]]
    """Of each request how likely each role is."""
    states: Sequence[Sequence[int]]
    steps: Sequence[int]
    """Of each situation the tool's number, from 1; 0 is an answer."""


def loss_of(learner: Learner, batch: Batch) -> tuple[Tensor, Tensor]:
    """The loss of a batch, and the experts' unevenness."""
    seen, uneven = read_by(learner, batch.requests, HIDDEN)
    roles = torch.tensor(batch.roles, device=learner.device)
    loss = functional.binary_cross_entropy_with_logits(learner.overseer.roles(seen), roles)
    seen, uneven_too = read_by(learner, batch.states, HIDDEN)
    steps = torch.tensor(batch.steps, device=learner.device)
    loss = loss + STEPS * functional.cross_entropy(learner.overseer.tools(seen), steps)
    return loss, (uneven + uneven_too) / 2


class Former:
    """What an earlier training thinks of requests."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        """`scratch`: a folder of its own, since a training stands in one."""
        scratch.mkdir(parents=True, exist_ok=True)
        self._learner = Learner(scratch, folder)

    def chances(self, texts: Sequence[str]) -> NDArray[float32]:
        """(N, 5)."""
        rows = [
            row.ids
            for row in self._learner.tokenizer.encode_batch_fast(
                [_alone(text) for text in texts], add_special_tokens=False
            )
        ]
        told = torch.empty(len(rows), len(ROLES))
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        with torch.no_grad():
            for start in range(0, len(order), BATCH):
                some = order[start : start + BATCH]
                seen, _ = read_by(self._learner, [rows[place] for place in some])
                told[some] = self._learner.overseer.roles(seen).sigmoid().cpu()
        chances: NDArray[float32] = told.numpy()
        return chances


def teachers(asks: Sequence[Read], beside: Sequence[Path]) -> Teacher:
    """A linear model of the requests, and what earlier trainings say."""
    linear = Linear([one.text for one in asks], [one.roles for one in asks])
    formers = [Former(folder, folder / "read") for folder in beside]
    return Together([linear, *formers])


def endless(tokenizer: Tokenizer, beside: Sequence[Path]) -> Iterator[Batch]:
    """Batches of the requests and of pieces of them, with teachers of their own."""
    asks = [read(ask) for ask in ASKS]
    return batches(tokenizer, asks, teachers(asks, beside))


def batches(tokenizer: Tokenizer, asks: Sequence[Read], teacher: Teacher) -> Iterator[Batch]:
    """Every request once in turn, some with another joined, and pieces beside them; those of a
    batch are about equally long, so that little is padded. Situations come as they are drawn."""
    singles = [one for one in asks if sum(one.roles) == 1 and "\n" not in one.text]
    waiting: list[Read] = []
    situations = _states(tokenizer)
    while True:
        pieces = int(PIECES * POOL * BATCH)
        whole_ones = POOL * BATCH - pieces
        while len(waiting) < whole_ones:
            waiting = random.sample(asks, len(asks)) + waiting
        drawn = [_joined(waiting.pop(), singles) for _ in range(whole_ones)]
        drawn += _pieces(asks, teacher, pieces)
        pool = [(tokens_of(tokenizer, one), one.roles) for one in drawn]
        pool.sort(key=lambda row: len(row[0]))
        states = sorted(islice(situations, POOL * STATES), key=lambda row: len(row[0]))
        for place, other in zip(_order(), _order(), strict=True):
            rows, roles = zip(*pool[place * BATCH : (place + 1) * BATCH], strict=True)
            told, steps = zip(*states[other * STATES : (other + 1) * STATES], strict=True)
            yield Batch(rows, roles, told, steps)


def _order() -> list[int]:
    return random.sample(range(POOL), POOL)


def _states(tokenizer: Tokenizer) -> Iterator[tuple[list[int], int]]:
    """Situations that were written by hand, cut before some step, and that step's number."""
    while True:
        made = situation_example(Dice(str(random.random())))
        text = prompt(made.prompt, thinking=random.random() < 0.5)
        numbers = tokenizer.encode(text, add_special_tokens=False).ids
        called = CALL.search(made.answer)
        if len(numbers) <= LONGEST:
            yield numbers, 1 + TOOLS.index(called[1]) if called else 0


def _joined(one: Read, singles: Sequence[Read]) -> Read:
    if sum(one.roles) != 1 or random.random() > JOINED:
        return one
    pair = [one, random.choice(singles)]
    random.shuffle(pair)
    return pair[0].with_(pair[1], random.choice(LINKS))


def _pieces(asks: Sequence[Read], teacher: Teacher, count: int) -> list[Read]:
    texts = []
    for _ in range(count):
        text = piece(random.choice(asks).text)
        if random.random() < LINKED:
            text = f"{text}{random.choice(LINKS)}{piece(random.choice(asks).text)}"
        texts.append(text)
    chances = teacher.chances(texts).tolist()
    return [Read(text, tuple(roles)) for text, roles in zip(texts, chances, strict=True)]


def taught(teacher: Teacher, checks: Sequence[Read]) -> float:
    """Of these, those whose roles the teacher has all right."""
    chances = teacher.chances([one.text for one in checks]) > 0.5
    wanted = [[one > 0.5 for one in check.roles] for check in checks]
    count: int = sum(found == meant for found, meant in zip(chances.tolist(), wanted, strict=True))
    return count / max(1, len(checks))


def tokens_of(tokenizer: Tokenizer, one: Read) -> list[int]:
    """In the whole prompt, or alone."""
    text = _alone(one.text)
    if random.random() < WHOLE:
        dice = Dice(str(random.random()))
        text = whole(f"{overview(dice)}\nRequest: {one.text}", thinking=random.random() < 0.5)
    numbers: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return numbers


def _alone(text: str) -> str:
    return f"\nRequest: {text}<|im_end|>"


def whole(told: str, *, thinking: bool) -> str:
    """The planner's prompt."""
    return prompt(asked("plan", told), thinking=thinking)


def read_by(
    learner: Learner, rows: Sequence[Sequence[int]], hidden: float = 0.0
) -> tuple[Tensor, Tensor]:
    """What stands before the last layer at the last token of each row, (N, D), and the experts'
    unevenness."""
    inputs = pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
    unknown = number(learner.tokenizer, "<|fim_pad|>")
    inputs = inputs.masked_fill(torch.rand(inputs.shape) < hidden, unknown).to(learner.device)
    _, before, uneven = learner.model(inputs, learner.model.words.table())
    last = torch.tensor([len(row) - 1 for row in rows], device=learner.device)
    return before[torch.arange(len(rows), device=learner.device), last], uneven


def right(learner: Learner, checks: Sequence[Read]) -> float:
    """Of these, those whose roles are all right."""
    full = "Repository: tests, workflows, container files, documentation"
    count = 0
    for start in range(0, len(checks), BATCH):
        some = checks[start : start + BATCH]
        texts = [whole(f"{full}\nRequest: {one.text}", thinking=False) for one in some]
        rows = [learner.tokenizer.encode(t, add_special_tokens=False).ids for t in texts]
        with torch.no_grad():
            logits = learner.overseer.roles(read_by(learner, rows)[0])
        wanted = torch.tensor([one.roles for one in some], device=learner.device) > 0.5
        count += int(((logits > 0) == wanted).all(-1).sum())
    return count / max(1, len(checks))


if __name__ == "__main__":
    main()
