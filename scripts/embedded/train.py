"""Trains the embedded model: `python train.py --out FOLDER`. Seeded, and goes on where it stopped.

In FOLDER: tokenizer.json, rows.npz, state.pt (weights, optimiser, step), losses.tsv, loss.svg. The
same command after an interruption goes on at the last saved step. `--after FOLDER` begins with the
weights of a finished training: other examples, more of them plans, words that are now and then
hidden, half the learning rate.
"""

import argparse
import math
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import curve
import numpy as np
import reading
import tokens
import torch
from dataset import PROSE, Rows, batches, encoded, many_texts, prose
from learner import Learner
from model import Qwen3Moe
from numpy.typing import NDArray
from overseer import Overseer
from torch import Tensor
from torch.nn import functional

Numbers = NDArray[np.int64]
"""Token numbers, (B, T)."""

SEED, CHECK_SEED, AFTER_SEED = 1, 2, 3
WARM_UP = 100
OTHERS = (0.02, 0.25)
"""Weight of the tokens that decide nothing, against 1 of those that do: at first, and at last. All
alike, what is copied and what follows by itself would drown the few tokens that must be chosen."""
RISES = (0.08, 0.30)
"""The part of the training in which it rises."""
PLANS, HIDDEN, SLOWER = 0.0, 0.1, 0.5
"""Of a second training: the part that are plans beyond the mixture's, the part of the words read
that are hidden, so that no single one decides, and the learning rate."""
READS_EVERY = 1
"""Steps of a second training from one in which requests are read too (`reading.py`) to the next."""
OVERSEEN = 0.5
"""Weight of the second task, see `overseer.py`."""
HEAVY = {'{"tasks": []}': 3.0, '"}]}': 2.0, '"}, {"id": "t': 2.0}
"""Decisions that are rarer, or lost more easily, than those of a role: nothing to do, and whether
there is another task."""
SAVED_EVERY = 200
TOLD_EVERY = 20


def main() -> None:
    """Parse, prepare, train, draw."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--examples", type=int, default=60_000)
    parser.add_argument("--batch", type=int, default=4608, help="tokens of a batch, with padding")
    parser.add_argument("--after", type=Path, help="the folder of a training to go on from")
    parser.add_argument("--threads", type=int, help="default: one a core")
    parser.add_argument("--beside", type=Path, nargs="*", default=[], help=reading.BESIDE)
    asked = parser.parse_args()
    if asked.threads:
        torch.set_num_threads(asked.threads)
    asked.out.mkdir(parents=True, exist_ok=True)
    rows, checks = prepared(asked.out, asked.examples, asked.after)
    train(asked.out, rows, checks, asked.batch, asked.after, asked.beside)
    curve.draw(asked.out / "losses.tsv", asked.out / "loss.svg")


def prepared(folder: Path, examples: int, after: Path | None) -> tuple[Rows, Rows]:
    """What to learn and what to check with; made once."""
    kept, checked = folder / "rows.npz", folder / "checks.npz"
    if not checked.exists():
        print("making examples", flush=True)
        general = [] if after else prose()[: int(examples * PROSE)]
        seed, plans = (AFTER_SEED, PLANS) if after else (SEED, 0.0)
        pairs = [*many_texts(seed, examples, processes=2, plans=plans), *general]
        place = folder / "tokenizer.json"
        if after:
            shutil.copy(after / place.name, place)
        if not place.exists():
            told = pairs[:30_000] + general
            tokens.trained(part for pair in told for part in pair).save(str(place))
        tokenizer = tokens.load(place)
        encoded(tokenizer, pairs).save(kept)
        encoded(tokenizer, many_texts(CHECK_SEED, 400, processes=2)).save(checked)
    return Rows.load(kept), Rows.load(checked)


def train(
    folder: Path, rows: Rows, checks: Rows, size: int, after: Path | None, beside: Sequence[Path]
) -> None:
    """Every row once."""
    torch.manual_seed(SEED)
    learner = Learner(folder, after)
    model, overseer, device = learner.model, learner.overseer, learner.device
    decisive = torch.zeros(model.shape.vocabulary, device=device)
    decisive[tokens.decisive(learner.tokenizer)] = 1.0
    for text, weight in HEAVY.items():
        decisive[tokens.number(learner.tokenizer, text)] = weight
    unknown = tokens.number(learner.tokenizer, "<|fim_pad|>")
    done, slower = learner.resumed(), SLOWER if after else 1.0
    steps = sum(1 for _ in batches(rows, SEED, size))
    size_of_model = sum(parameter.numel() for parameter in model.parameters())
    print(f"{len(rows)} rows, {len(rows.tokens)} tokens, {steps} steps, from step {done}; "
          f"{size_of_model} parameters on {device}", flush=True)  # fmt: skip
    began, seen, total = time.monotonic(), 0, torch.zeros(2)
    read_too = reading.endless(learner.tokenizer, beside) if after else None
    for step, (inputs, targets) in enumerate(batches(rows, SEED, size), start=1):
        if step <= done:
            continue
        loss, uneven, _ = _loss(
            model,
            overseer,
            torch.from_numpy(_hidden(inputs, targets, unknown) if after else inputs).to(device),
            torch.from_numpy(targets).to(device),
            decisive.clamp_min(OTHERS[1] if after else _others(step / steps)),
        )
        if read_too is not None and step % READS_EVERY == 0:
            loss = loss + reading.loss_of(learner, next(read_too))[0]
        learner.step(loss, uneven, slower * _share(step, steps))
        seen += inputs.size
        total += torch.tensor([loss.item(), uneven.item()])
        if step % TOLD_EVERY == 0:
            _tell(folder, step, steps, total / TOLD_EVERY, seen / (time.monotonic() - began))
            total.zero_()
        if step % SAVED_EVERY == 0 or step == steps:
            learner.save(step)
            with learner.averaged():
                checked, right = _checked(model, overseer, checks, size, decisive)
            print(f"step {step}: check {checked:.4f}, decided right {right:.4f}", flush=True)
            with (folder / "checks.tsv").open("a") as file:
                file.write(f"{step}\t{checked:.5f}\t{right:.5f}\n")


def _hidden(inputs: Numbers, targets: Numbers, unknown: int) -> Numbers:
    """The same with some of the words that are only read made unknown."""
    chosen = torch.rand(inputs.shape).numpy() < HIDDEN
    return np.where(chosen & (targets == -100), unknown, inputs)


def _loss(
    model: Qwen3Moe, overseer: Overseer, inputs: Tensor, targets: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The loss, the experts' unevenness, and which decisions were right."""
    table = model.words.table()
    hidden, before, uneven = model(inputs, table)
    wanted = targets != -100
    logits, meant = functional.linear(hidden[wanted], table), targets[wanted]
    lost = functional.cross_entropy(logits, meant, reduction="none")
    weight = weights[meant]
    loss = (lost * weight).sum() / weight.sum().clamp_min(0.05 * len(meant))
    deciding = weight >= 1.0
    right = logits[deciding].argmax(-1) == meant[deciding]
    return loss + OVERSEEN * overseer.loss(before, inputs, targets), uneven, right


def _others(part: float) -> float:
    begin, end = RISES
    risen = min(1.0, max(0.0, (part - begin) / (end - begin)))
    return OTHERS[0] + (OTHERS[1] - OTHERS[0]) * risen


def _share(step: int, steps: int) -> float:
    """Of the learning rate: up, then down along a cosine to a twentieth."""
    if step < WARM_UP:
        return step / WARM_UP
    part = (step - WARM_UP) / max(1, steps - WARM_UP)
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * part))


def _checked(
    model: Qwen3Moe, overseer: Overseer, rows: Rows, size: int, decisive: Tensor
) -> tuple[float, float]:
    """Mean loss over examples of another seed, and the part of the decisions that is right."""
    device, weights = decisive.device, decisive.clamp_min(OTHERS[1])
    losses, rights = [], []
    for inputs, targets in batches(rows, 0, size):
        told = torch.from_numpy(inputs).to(device), torch.from_numpy(targets).to(device)
        with torch.no_grad():
            loss, _, right = _loss(model, overseer, *told, weights)
        losses.append(loss)
        rights.append(right)
    return torch.stack(losses).mean().item(), torch.cat(rights).float().mean().item()


def _tell(folder: Path, step: int, steps: int, total: Tensor, rate: float) -> None:
    loss, uneven = total.tolist()
    print(f"step {step}/{steps}: loss {loss:.4f}, uneven {uneven:.3f}, {rate:.0f} tokens/s",
          flush=True)  # fmt: skip
    with (folder / "losses.tsv").open("a") as file:
        file.write(f"{step}\t{loss:.5f}\t{uneven:.5f}\n")


if __name__ == "__main__":
    main()
