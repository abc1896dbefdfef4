"""Whether a model and the work that is asked of it go into this machine, before it is loaded."""

from __future__ import annotations

from models.catalogue.amount import as_gib
from models.catalogue.machine import free_memory
from models.errors import ModelError, UsageError
from models.inspection import Inspection
from models.llama.devices import accelerators
from models.loading import Loading
from models.rates.reading import sequence_bytes
from models.rates.work import Work


def check_work(work: Work, model: Inspection) -> None:
    """A UsageError where the model cannot do the work, or nothing could be measured."""
    if work.new < work.least_new:
        raise UsageError(
            f"answers of {work.new} tokens end before {work.most} prompts of {work.prompt:,} are "
            "computed, so that the sequences never decode together",
            f"--new {work.least_new}, or fewer at once",
        )
    trained = model.dimensions.context
    if trained and work.context > trained:
        fitting = f"--prompt {trained - work.new}" if trained > work.new else "--prompt 64"
        raise UsageError(
            f"the model has a context of {trained:,} tokens, and {work.prompt:,} of a prompt and "
            f"{work.new:,} of its answer were asked for",
            f"such as: {fitting} --new {min(work.new, trained - 64)}",
        )


def check_memory(work: Work, model: Inspection, loading: Loading, free: int | None = None) -> None:
    """A ModelError where there is not the memory; `free`: bytes, None: what there is now."""
    cells = sequence_bytes(model.dimensions, loading, work.context) * work.most
    needed = model.tensor_bytes + cells + work.most * model.recurrent_bytes_per_sequence
    there = _free(loading) if free is None else free
    if needed > there:
        raise ModelError(
            f"{model.file} needs {as_gib(needed)} of memory with {work.most} requests at once, and "
            f"{as_gib(there)} are free",
            "see what fits: cadre models list --fits; or shorter prompts, fewer at once",
        )


def _free(loading: Loading) -> int:
    """The computer's own memory, and that of the accelerators where they take layers."""
    devices = accelerators() if loading.gpu_layers != 0 else []
    apart = (device.free for device in devices if device.kind == "gpu")
    return free_memory() + sum(apart)
