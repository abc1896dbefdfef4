"""Learns whose field requests are: `python reading.py --out FOLDER --after FOLDER`.

A request without the plan that follows takes a quarter of the time, so every one is read several
times. The model's trunk and the overseer learn; plans come after it (`train.py --after`). The same
command after an interruption goes on at the last saved step.
"""

import argparse
import random
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
from generator.span import text_of
from generator.written import ASKS, KEPT_BACK
from learner import Learner
from rendering import prompt
from teacher import Teacher, piece
from tokenizers import Tokenizer
from tokens import number
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

SEED = 4
BATCH = 192
"""Requests."""
POOL = 24
"""Batches that are sorted by length together."""
WHOLE = 0.3
"""The part that stands in the whole prompt; the others stand alone."""
JOINED = 0.3
"""The part to which another for somebody else is joined."""
LINKS = (", and ", ". ", " and ", ". Also ", "\n", ", ", "; ")
HIDDEN = 0.12
"""The part of the words that is hidden, so that no single one decides."""
PIECES = 0.5
"""The part that are pieces of requests, with what the teacher thinks of them."""
LINKED = 0.35
"""The part of these that are two pieces in one."""
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
    teacher = Teacher([one.text for one in asks], [one.roles for one in asks])
    print(f"the teacher: {taught(teacher, checks):.1%} of those kept back", flush=True)
    began, lost = time.monotonic(), 0.0
    every = islice(batches(learner.tokenizer, asks, teacher), steps - done)
    for step, batch in enumerate(every, start=done + 1):
        loss, uneven = loss_of(learner, *batch)
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


Batch = tuple[list[list[int]], list[tuple[float, ...]]]
"""Rows of token numbers, and of each row how likely each role is."""


def loss_of(
    learner: Learner, rows: Sequence[Sequence[int]], roles: Sequence[Sequence[float]]
) -> tuple[Tensor, Tensor]:
    """The loss of a batch, and the experts' unevenness."""
    logits, uneven = read_by(learner, rows, HIDDEN)
    wanted = torch.tensor(roles, device=learner.device)
    return functional.binary_cross_entropy_with_logits(logits, wanted), uneven


def endless(tokenizer: Tokenizer) -> Iterator[Batch]:
    """Batches of the requests and of pieces of them, from a teacher of their own."""
    asks = [read(ask) for ask in ASKS]
    teacher = Teacher([one.text for one in asks], [one.roles for one in asks])
    return batches(tokenizer, asks, teacher)


def batches(tokenizer: Tokenizer, asks: Sequence[Read], teacher: Teacher) -> Iterator[Batch]:
    """Every request once in turn, some with another joined, and pieces beside them; those of a
    batch are about equally long, so that little is padded."""
    singles = [one for one in asks if sum(one.roles) == 1 and "\n" not in one.text]
    waiting: list[Read] = []
    while True:
        pieces = int(PIECES * POOL * BATCH)
        whole_ones = POOL * BATCH - pieces
        while len(waiting) < whole_ones:
            waiting = random.sample(asks, len(asks)) + waiting
        drawn = [_joined(waiting.pop(), singles) for _ in range(whole_ones)]
        drawn += _pieces(asks, teacher, pieces)
        pool = [(tokens_of(tokenizer, one), one.roles) for one in drawn]
        pool.sort(key=lambda row: len(row[0]))
        for place in random.sample(range(POOL), POOL):
            rows, roles = zip(*pool[place * BATCH : (place + 1) * BATCH], strict=True)
            yield list(rows), list(roles)


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
    text = f"\nRequest: {one.text}<|im_end|>"
    if random.random() < WHOLE:
        dice = Dice(str(random.random()))
        text = whole(f"{overview(dice)}\nRequest: {one.text}", thinking=random.random() < 0.5)
    numbers: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return numbers


def whole(told: str, *, thinking: bool) -> str:
    """The planner's prompt."""
    return prompt(asked("plan", told), thinking=thinking)


def read_by(
    learner: Learner, rows: Sequence[Sequence[int]], hidden: float = 0.0
) -> tuple[Tensor, Tensor]:
    """The roles' logits at the last token of each row, and the experts' unevenness."""
    inputs = pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
    unknown = number(learner.tokenizer, "<|fim_pad|>")
    inputs = inputs.masked_fill(torch.rand(inputs.shape) < hidden, unknown).to(learner.device)
    _, before, uneven = learner.model(inputs, learner.model.words.table())
    last = torch.tensor([len(row) - 1 for row in rows], device=learner.device)
    return learner.overseer.roles(before[torch.arange(len(rows)), last]), uneven


def right(learner: Learner, checks: Sequence[Read]) -> float:
    """Of these, those whose roles are all right."""
    full = "Repository: tests, workflows, container files, documentation"
    count = 0
    for start in range(0, len(checks), BATCH):
        some = checks[start : start + BATCH]
        texts = [whole(f"{full}\nRequest: {one.text}", thinking=False) for one in some]
        rows = [learner.tokenizer.encode(t, add_special_tokens=False).ids for t in texts]
        with torch.no_grad():
            logits, _ = read_by(learner, rows)
        wanted = torch.tensor([one.roles for one in some], device=learner.device) > 0.5
        count += int(((logits > 0) == wanted).all(-1).sum())
    return count / max(1, len(checks))


if __name__ == "__main__":
    main()
