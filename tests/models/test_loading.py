"""Where weights, experts and KV memory go: read in llama.cpp's own log, and in what it answers.

The accelerators are two devices of an RPC worker on loopback, A and B, that a child has.
"""

import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import llama_cpp
import pytest
from gguf import GGUFWriter
from pydantic import ValidationError

from benchmarks.smollm2 import smollm2_path
from models import ModelError
from models.header import check_header
from models.hyperparameters import check_kv_types
from models.llama import Batch, Context, Sampler, Weights, stage
from models.llama.devices import accelerators, devices
from models.loading import MOST_DEVICES, KvType, Loading
from tests.models import qwen_vocabulary as vocabulary
from tests.models.rpc import Child, child_with_worker
from tests.models.tiny import WIDTH, finish, random_weights

PROMPT = range(1000, 1020)
HERE = Loading(gpu_layers=0)
CPU, A, B = "CPU", "A", "B"
EXPERTS = {f"ffn_{name}_exps" for name in ("gate", "up", "down")}
EXPERTS_MIB = 3 * 4 * 64 * 32 * 4 / 2**20
"""Of one layer of the tiny mixture of experts."""
SHAPE = {
    "block_count": 2, "context_length": 1024, "embedding_length": WIDTH,
    "feed_forward_length": 2 * WIDTH, "expert_feed_forward_length": 2 * WIDTH,
    "expert_count": 4, "expert_used_count": 2, "vocab_size": vocabulary.SIZE,
    "attention.head_count": 2, "attention.head_count_kv": 1,
    "attention.key_length": 16, "attention.value_length": 16,
}  # fmt: skip
"""Its weights are those of `tiny`."""


@pytest.fixture(scope="module")
def moe_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mixture of experts without a vocabulary: reading one takes nine tenths of a load."""
    path = tmp_path_factory.mktemp("loading") / "moe.gguf"
    writer = GGUFWriter(path, "qwen3moe")
    for key, number in SHAPE.items():
        writer.add_uint32(f"qwen3moe.{key}", number)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("no_vocab")
    finish(writer, random_weights(experts=4), halved=("token_embd.weight", "output.weight"))
    return path


@dataclass(frozen=True)
class Ran:
    """What llama.cpp said while it loaded and computed, and the tokens that it gave."""

    tokens: list[int]
    log: str

    @property
    def layers(self) -> list[str]:
        """The device of each layer; the output is the last one."""
        return re.findall(r"layer +\d+ assigned to device (\w+)", self.log)

    @property
    def on_the_cpu(self) -> list[str]:
        """Tensors that were kept from their layer's device."""
        return re.findall(r"^tensor (\S+)\.weight .* overridden to CPU", self.log, re.M)

    def mib(self, device: str, what: str = "model") -> float:
        """The buffers of a device, or 0.0."""
        found = re.findall(rf"{device}\S* +{what} buffer size = +([\d.]+) MiB", self.log)
        return sum(map(float, found))


Runner = Callable[[Loading], Ran]
"""Loads the tiny mixture of experts and generates a few tokens."""


def load_and_run(path: Path, loading: Loading) -> Ran:
    """Twelve tokens, with all that llama.cpp logs meanwhile."""
    logger, log = logging.getLogger("cadre.llama"), StringIO()
    handler, level = logging.StreamHandler(log), logger.level
    logger.addHandler(handler)
    logger.setLevel("DEBUG")
    try:
        return Ran(greedy(path, loading), log.getvalue())
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


def greedy(path: Path, loading: Loading) -> list[int]:
    """Twelve tokens after the prompt."""
    weights = Weights(path, loading)
    context = Context(weights, cells=256, lanes=1, batch=64, threads=1, loading=loading)
    sampler, batch, tokens = Sampler([stage("greedy")]), Batch(64), [*PROMPT]
    computed = 0
    while len(tokens) < len(PROMPT) + 12:
        batch.clear()
        output = batch.add(0, tokens[computed:], computed, sample=True)
        context.decode(batch)
        computed = len(tokens)
        tokens.append(sampler.sample(context, output))
    for part in (sampler, context, weights):
        part.close()
    return tokens[len(PROMPT) :]


@pytest.fixture(scope="module")
def run(moe_file: Path) -> Runner:
    """In this process."""
    return lambda loading: load_and_run(moe_file, loading)


@pytest.fixture(scope="module")
def run_there(child: Child, moe_file: Path) -> Runner:
    """In the child, which knows A and B."""
    return lambda loading: child(load_and_run, moe_file, loading)


@pytest.fixture(scope="module")
def expected(moe_file: Path) -> list[int]:
    """The tokens of the CPU alone."""
    return greedy(moe_file, HERE)


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    if not llama_cpp.llama_supports_rpc():
        pytest.skip("needs CMAKE_ARGS=-DGGML_RPC=on")
    with child_with_worker() as child:
        yield child


@pytest.fixture(scope="module")
def names(child: Child) -> dict[str, str]:
    """What the child calls them."""
    a, b = (device.name for device in child.worker())
    return {A: a, B: b, CPU: CPU}


def named(names: dict[str, str], loading: Loading) -> Loading:
    """The same with the worker's own names for A and B; both, where there are none."""
    chosen = loading.devices or (A, B)
    return loading.model_copy(update={"devices": tuple(names[device] for device in chosen)})


@dataclass(frozen=True)
class Case:
    loading: Loading
    layers: tuple[str, str, str]


PLACED = [
    Case(Loading(), (A, A, B)),
    Case(Loading(gpu_layers=0), (CPU, CPU, CPU)),
    Case(Loading(gpu_layers=1, devices=(A,)), (CPU, CPU, A)),
    Case(Loading(gpu_layers=2, devices=(A,)), (CPU, A, A)),
    Case(Loading(gpu_layers=99, devices=(B,)), (B, B, B)),
    Case(Loading(tensor_split=(1, 5)), (A, B, B)),
    Case(Loading(tensor_split=(0, 3)), (B, B, B)),
    Case(Loading(tensor_split=(3,)), (A, A, A)),
    Case(Loading(devices=(B, A), tensor_split=(1, 5)), (B, A, A)),
    Case(Loading(split="none"), (A, A, A)),
    Case(Loading(split="none", main_gpu=1), (B, B, B)),
]


@pytest.mark.parametrize(
    "case", PLACED, ids=lambda case: ",".join(sorted(case.loading.model_fields_set))
)
def test_layers_go_where_they_are_sent_and_say_the_same_there(
    case: Case, names: dict[str, str], expected: list[int], run_there: Runner
) -> None:
    ran = run_there(named(names, case.loading))
    assert ran.layers == [names[device] for device in case.layers]
    assert {device for device in (A, B) if ran.mib(names[device])} == set(case.layers) - {CPU}
    assert ran.tokens == expected


def test_without_names_every_accelerator_is_used(
    names: dict[str, str], expected: list[int], run_there: Runner
) -> None:
    ran = run_there(Loading())
    assert {names[A], names[B]} <= set(ran.layers)
    assert ran.tokens == expected


@pytest.fixture(scope="module")
def all_on_a(names: dict[str, str], run_there: Runner) -> Ran:
    return run_there(named(names, Loading(devices=(A,))))


@pytest.mark.parametrize(("asked", "kept"), [(0, 0), (1, 1), (2, 2), (512, 2)])
def test_experts_of_the_first_layers_stay_in_the_computers_memory(
    asked: int,
    kept: int,
    names: dict[str, str],
    expected: list[int],
    run_there: Runner,
    all_on_a: Ran,
) -> None:
    ran = run_there(named(names, Loading(devices=(A,), cpu_expert_layers=asked)))
    assert set(ran.on_the_cpu) == {f"blk.{layer}.{e}" for layer in range(kept) for e in EXPERTS}
    assert ran.layers == [names[A]] * 3
    spared = all_on_a.mib(names[A]) - ran.mib(names[A])
    assert spared == pytest.approx(kept * EXPERTS_MIB, abs=0.02)
    assert ran.tokens == expected


@pytest.mark.parametrize(("offload", "device"), [(True, A), (False, CPU)])
def test_keys_and_values_stand_beside_their_layers_or_stay(
    offload: bool, device: str, names: dict[str, str], expected: list[int], run_there: Runner
) -> None:
    ran = run_there(named(names, Loading(devices=(A,), offload_kv=offload)))
    assert [at for at in (A, CPU) if ran.mib(names[at], "KV")] == [device]
    assert ran.tokens == expected


@pytest.mark.parametrize(
    ("loading", "message"),
    [
        (Loading(tensor_split=(1, 1, 1)), "tensor_split has 3 shares for 2 accelerators"),
        (Loading(tensor_split=(1, 1), devices=(A,)), "has 2 shares for 1 accelerators"),
        (Loading(split="none", main_gpu=2), "invalid value for main_gpu"),
        (Loading(split="row"), "does not support split buffers"),
    ],
)
def test_what_the_accelerators_cannot_do_is_told(
    loading: Loading, message: str, names: dict[str, str], run_there: Runner
) -> None:
    with pytest.raises(ModelError, match=message):
        run_there(named(names, loading))


def test_accelerators_that_are_not_there_are_told(moe_file: Path) -> None:
    with pytest.raises(ModelError, match="no accelerator is called CUDA99") as caught:
        Weights(moe_file, Loading(devices=("CUDA99",)))
    assert "cadre doctor" in caught.value.hint
    with pytest.raises(ModelError, match="tensor_split has"):
        Weights(moe_file, Loading(tensor_split=(1.0,) * (len(accelerators()) + 1)))


@pytest.mark.parametrize(
    ("mmap", "mlock", "mode"),
    [
        (True, False, "mmap"),
        (False, False, "none"),
        (True, True, "mmap+mlock"),
        (False, True, "mlock"),
    ],
)
def test_the_file_is_mapped_or_read_and_locked_where_that_is_asked(
    mmap: bool, mlock: bool, mode: str, expected: list[int], run: Runner
) -> None:
    ran = run(Loading(gpu_layers=0, mmap=mmap, mlock=mlock))
    assert f"(load_mode = {mode})" in ran.log
    assert bool(ran.mib("CPU_Mapped")) is mmap
    assert ran.tokens == expected


LOCKING = """
import logging, sys
from pathlib import Path
from models.llama import Weights
from models.loading import Loading
logging.basicConfig(level="DEBUG")
weights = Weights(Path(sys.argv[1]), Loading(gpu_layers=0, mmap=sys.argv[2] == "True", mlock=True))
print(Path("/proc/self/status").read_text().split("VmLck:")[1].split()[0])
"""
"""Prints the KiB that are locked; in a process of its own, since llama.cpp never unlocks."""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("mmap", [True, False])
def test_locked_weights_cannot_be_swapped_out(mmap: bool, moe_file: Path) -> None:
    argv = [sys.executable, "-c", LOCKING, str(moe_file), str(mmap)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=True)
    if "failed to mlock" in ran.stderr:
        pytest.skip("may not lock memory here")
    assert int(ran.stdout) > 10_000


def test_progress_is_told_from_the_beginning_to_the_end(moe_file: Path) -> None:
    told: list[float] = []
    Weights(moe_file, HERE, told.append).close()
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert told == sorted(told)
    assert len(told) > 10


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gpu_layers", -1),
        ("gpu_layers", 2**31),
        ("gpu_layers", True),
        ("main_gpu", 16),
        ("split", "tensor"),
        ("tensor_split", (1, -1)),
        ("tensor_split", (float("nan"),)),
        ("tensor_split", (1,) * 17),
        ("devices", ("A", "A")),
        ("cpu_expert_layers", 513),
        ("kv_type_k", "q8_1"),
        ("kv_type_v", "iq4_nl"),
        ("mmap", "perhaps"),
        ("n_gpu_layers", 1),
    ],
)
def test_a_value_that_cannot_be_is_refused_under_its_name(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Loading.model_validate({field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_the_bound_on_devices_is_llama_cpps_own() -> None:
    assert llama_cpp.llama_max_devices() == MOST_DEVICES


def test_quantised_values_need_flash_attention_and_quantised_keys_do_not() -> None:
    with pytest.raises(ValidationError, match="true, since kv_type_v is q8_0") as caught:
        Loading(kv_type_v="q8_0", flash_attention=False)
    assert caught.value.errors()[0]["loc"] == ("flash_attention",)
    for flash_attention in (None, True):
        assert Loading(kv_type_v="q4_0", flash_attention=flash_attention)
    assert Loading(kv_type_k="q8_0", kv_type_v="bf16", flash_attention=False)


@pytest.mark.parametrize("field", ["kv_type_k", "kv_type_v"])
def test_blocks_that_are_wider_than_a_models_heads_are_refused(field: str, moe_file: Path) -> None:
    metadata = check_header(moe_file).metadata
    loading = Loading.model_validate({field: "q8_0"})
    with pytest.raises(ModelError, match=f"{field} cannot be q8_0.* 32 values.* have 16"):
        check_kv_types(metadata, loading)
    check_kv_types(metadata, Loading())
    check_kv_types({**metadata, "qwen3moe.attention.key_length": 128,
                    "qwen3moe.attention.value_length": 128}, loading)  # fmt: skip


@pytest.fixture(scope="module")
def embedded() -> Iterator[Weights]:
    """A model with heads of 64, which every block divides."""
    try:
        path = smollm2_path()
    except ModelError as error:
        pytest.skip(error.message)
    check_kv_types(check_header(path).metadata, Loading(kv_type_k="q4_0", kv_type_v="q4_0"))
    weights = Weights(path, HERE)
    yield weights
    weights.close()


def test_each_type_of_keys_and_values_takes_less_memory_than_the_one_before(
    embedded: Weights,
) -> None:
    types: tuple[KvType, ...] = ("f32", "f16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0")
    sizes = [kept(embedded, Loading(kv_type_k=type, kv_type_v=type)) for type in types]
    assert sizes == sorted(set(sizes), reverse=True)


def test_bf16_takes_as_much_as_f16(embedded: Weights) -> None:
    halves = [kept(embedded, Loading(kv_type_k=t, kv_type_v=t)) for t in ("bf16", "f16")]
    assert halves[0] == halves[1]


def test_what_the_child_has_beside_its_cpu_is_not_here(names: dict[str, str]) -> None:
    """It would take layers of every model that a later test loads, and abort once it is gone."""
    assert set(names.values()) & {device.name for device in devices()} == {CPU}


def kept(weights: Weights, loading: Loading) -> int:
    """Bytes that the state of twenty tokens has."""
    context = Context(weights, cells=256, lanes=1, batch=64, threads=1, loading=loading)
    batch = Batch(64)
    batch.add(0, [*PROMPT], 0, sample=True)
    context.decode(batch)
    size = len(context.state(0))
    context.close()
    return size
