"""Training data as token numbers: made once from a seed, kept in a file, handed out in batches.

A row is a prompt and what the model must write after it; the loss is taken over the latter. Rows of
prose have no prompt.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import corpus
import numpy as np
from generator.__main__ import example
from generator.dice import Dice
from numpy.typing import NDArray
from rendering import completion, prompt
from tokenizers import Tokenizer

PROSE = 0.04
"""The part of the rows that is general language."""
LONGEST = 1024
"""Tokens of a row; longer ones are left out."""
POOL = 4096
"""Rows that are sorted by length together, so that little is padded."""


@dataclass(frozen=True)
class Rows:
    """Token numbers of many rows, one after the other."""

    tokens: NDArray[np.uint16]
    starts: NDArray[np.int64]
    """Where each row begins, and at the end where the last one ends."""
    prompts: NDArray[np.int32]
    """Tokens of each row that are only read."""

    def __len__(self) -> int:
        return len(self.prompts)

    def row(self, number: int) -> NDArray[np.uint16]:
        """The tokens of one row."""
        return self.tokens[self.starts[number] : self.starts[number + 1]]

    def save(self, path: Path) -> None:
        """Write them down."""
        np.savez(path, tokens=self.tokens, starts=self.starts, prompts=self.prompts)

    @classmethod
    def load(cls, path: Path) -> "Rows":
        """Read them back."""
        with np.load(path) as kept:
            return cls(kept["tokens"], kept["starts"], kept["prompts"])


def texts(seed: int, first: int, count: int, plans: float) -> list[tuple[str, str]]:
    """(prompt, completion) of these examples; every other one thinks."""
    made = []
    for number in range(first, first + count):
        more = Dice(f"plans/{seed}/{number}").chance(plans)
        made_up = example(seed, number, "plan" if more else None)
        thinking = Dice(f"thinking/{seed}/{number}").chance(0.5)
        made.append(
            (prompt(made_up.prompt, thinking=thinking), completion(made_up, thinking=thinking))
        )
    return made


def many_texts(seed: int, count: int, processes: int, plans: float = 0.0) -> list[tuple[str, str]]:
    """The same, side by side; `plans` is the part that are plans beyond those of the mixture."""
    step = 1000
    parts = [(seed, first, min(step, count - first), plans) for first in range(0, count, step)]
    with Pool(processes) as pool:
        return [text for part in pool.starmap(texts, parts) for text in part]


def prose() -> list[tuple[str, str]]:
    """Paragraphs, which are all answer."""
    return [("", paragraph) for paragraph in corpus.paragraphs()]


def encoded(tokenizer: Tokenizer, pairs: list[tuple[str, str]]) -> Rows:
    """The texts as numbers."""
    read = tokenizer.encode_batch_fast([text for text, _ in pairs], add_special_tokens=False)
    written = tokenizer.encode_batch_fast([text for _, text in pairs], add_special_tokens=False)
    both = [(r.ids, w.ids) for r, w in zip(read, written, strict=True)]
    both = [(r, w) for r, w in both if len(r) + len(w) <= LONGEST]
    lengths = [len(r) + len(w) for r, w in both]
    return Rows(
        np.array([token for r, w in both for token in (*r, *w)], np.uint16),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.array([len(r) for r, _ in both], np.int32),
    )


def batches(rows: Rows, seed: int, tokens: int) -> Iterator[tuple[NDArray[np.int64], ...]]:
    """Every row once, in an order that the seed gives: token numbers (B, T), and the same with -100
    where nothing is to be learnt, both one position apart. At most `tokens` a batch, padding
    included."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(rows))
    for start in range(0, len(order), POOL):
        pool = order[start : start + POOL]
        lengths = rows.starts[pool + 1] - rows.starts[pool]
        pool = pool[np.argsort(lengths, kind="stable")]
        cuts = list(_cut(np.sort(lengths), tokens))
        for cut in random.permutation(len(cuts)):
            yield _batch(rows, pool[cuts[cut]])


def _cut(lengths: NDArray[np.int64], tokens: int) -> Iterator[slice]:
    begin = 0
    for end, length in enumerate(lengths, start=1):
        last = end == len(lengths)
        if last or (end + 1 - begin) * lengths[end] > tokens:
            yield slice(begin, end)
            begin = end
        assert length <= tokens, "a row longer than a batch"


def _batch(rows: Rows, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    taken = [rows.row(number) for number in numbers]
    width = max(map(len, taken))
    inputs = np.zeros((len(taken), width), np.int64)
    targets = np.full((len(taken), width), -100, np.int64)
    for at, (row, number) in enumerate(zip(taken, numbers, strict=True)):
        inputs[at, : len(row)] = row
        begin = max(1, rows.prompts[number])
        targets[at, begin : len(row)] = row[begin:]
    return inputs[:, :-1], targets[:, 1:]
