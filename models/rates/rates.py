"""All that was measured of one model, as one record."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from models.inspection import Inspection
from models.loading import Loading
from models.rates.reading import Reading, reading_of
from models.rates.sample import Sample
from models.rates.spread import Spread, spread_of
from models.rates.surroundings import Surroundings
from models.rates.work import Work


class Model(BaseModel):
    """What was measured."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    reference: str
    """As it was typed."""
    file: str
    quantization: str
    architecture: str
    parameters: int
    active_parameters: int
    """Those that take part in a token."""
    file_bytes: int | None


class Rate(BaseModel):
    """The figures of so many requests at once; rates are of all of them together."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    concurrency: int
    runs: int
    first_token_seconds: Spread | None
    prefill: Spread | None
    """Prompt tokens a second."""
    decode: Spread | None
    """New tokens a second."""
    step_bytes: int
    """What a step of decoding reads."""
    decode_limit: float | None
    """New tokens a second that memory allows; None where accelerators hold a part of the model."""


class Rates(BaseModel):
    """The answer of `cadre models bench`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    model: Model
    machine: Surroundings
    threads: int
    work: Work
    load_seconds: float
    """Of the weights; a file that the system has in memory already loads faster."""
    warm_up_seconds: float | None
    """After that until the first token of all; a mapped file is read then."""
    bandwidth: Spread | None
    """Bytes a second that the computer's own memory gave."""
    rates: tuple[Rate, ...]
    """By concurrency; those that nothing was measured of are left out."""
    interrupted: bool
    """Whether it was stopped before its end."""


def rates_of(
    reference: str,
    model: Inspection,
    machine: Surroundings,
    work: Work,
    loading: Loading,
    samples: Sequence[Sample],
    *,
    threads: int,
    load_seconds: float,
    warm_up_seconds: float | None = None,
    interrupted: bool = False,
) -> Rates:
    """Sum the samples up."""
    bandwidth = spread_of([sample.bandwidth for sample in samples])
    own_memory = not machine.accelerators or loading.gpu_layers == 0
    # The middle of the answers: what attention reads grows with every token.
    reading = reading_of(model, loading, work.prompt + work.new // 2)
    fastest = bandwidth.highest if bandwidth and own_memory else None
    return Rates(
        model=_model(reference, model),
        machine=machine,
        threads=threads,
        work=work,
        load_seconds=load_seconds,
        warm_up_seconds=warm_up_seconds,
        bandwidth=bandwidth,
        rates=tuple(
            _rate(n, [one for one in samples if one.concurrency == n], reading, fastest)
            for n in sorted({sample.concurrency for sample in samples})
        ),
        interrupted=interrupted,
    )


def _rate(
    sequences: int, samples: Sequence[Sample], reading: Reading, bandwidth: float | None
) -> Rate:
    return Rate(
        concurrency=sequences,
        runs=len(samples),
        first_token_seconds=spread_of([s for one in samples for s in one.first_token_seconds]),
        prefill=spread_of([one.prefill for one in samples]),
        decode=spread_of([one.decode for one in samples if one.decode is not None]),
        step_bytes=round(reading.step(sequences)),
        decode_limit=None if bandwidth is None else reading.limit(bandwidth, sequences),
    )


def _model(reference: str, model: Inspection) -> Model:
    return Model(
        reference=reference,
        file=model.file,
        quantization=model.quantization,
        architecture=model.architecture,
        parameters=model.parameters,
        active_parameters=model.active_parameters,
        file_bytes=model.file_bytes,
    )
