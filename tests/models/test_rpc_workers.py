"""One model over two workers, and what happens when one of them goes away."""

import multiprocessing
import re
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import llama_cpp
import pytest

from models import ModelError, rpc_hello
from models.errors import RunError
from models.llama import ggml, rpc
from models.llama.abort import before_abort
from models.llama.devices import add_rpc_worker
from models.loading import Loading
from models.lost_worker import end, told_by
from models.rebuild import rebuild
from models.rpc_hello import greet
from models.workers import join_workers
from tests.models.rpc import Child, rpc_worker
from tests.models.test_loading import greedy, load_and_run

SPAWN = multiprocessing.get_context("spawn")

needs_rpc = pytest.mark.skipif(
    not llama_cpp.llama_supports_rpc(), reason="needs CMAKE_ARGS=-DGGML_RPC=on"
)


def test_a_build_without_rpc_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ggml, "reg_by_name", lambda _: None)
    with pytest.raises(ModelError, match="is built without RPC") as caught:
        add_rpc_worker("127.0.0.1:50052")
    assert re.fullmatch(
        r'build it anew: CMAKE_ARGS="(-D\w+=on )*-DGGML_RPC=on" pip install --no-cache-dir'
        r" --force-reinstall --no-deps llama-cpp-python==[\d.]+",
        caught.value.hint,
    )


def test_a_build_keeps_what_it_has() -> None:
    command = rebuild("0.3.36+cu124", ["CUDA", "CPU"], "RPC")
    assert command.startswith('CMAKE_ARGS="-DGGML_CUDA=on -DGGML_RPC=on" pip install ')
    assert command.endswith(" llama-cpp-python==0.3.36")


def test_an_empty_list_of_workers_costs_nothing_and_a_wrong_one_is_refused() -> None:
    join_workers(())
    with pytest.raises(ModelError, match="is no RPC worker"):
        join_workers(("nowhere",))


@needs_rpc
def test_two_workers_give_the_tokens_of_one_process(qwen3moe_file: Path) -> None:
    expected = greedy(qwen3moe_file, Loading(gpu_layers=0))
    with (
        rpc_worker(devices=1) as one,
        rpc_worker(devices=1) as two,
        closing(Child(one.endpoint, two.endpoint)) as child,
    ):
        ran = child(load_and_run, qwen3moe_file, Loading(tensor_split=(1, 2)))
    assert sorted(set(ran.layers)) == ["RPC0", "RPC1"]
    for worker in (one, two):
        assert ran.mib(re.escape(f"[{worker.endpoint}]")) > 0
    assert ran.tokens == expected


@needs_rpc
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_worker_that_serves_another_program_is_told(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc_hello, "SECONDS", 0.5)
    with rpc_worker(devices=1) as worker:
        with closing(Child(worker.endpoint)) as child:
            assert len(child.worker()) == 1
            with pytest.raises(ModelError, match="serves another program") as caught:
                greet(worker.endpoint)
        assert "--port" in caught.value.hint
        monkeypatch.setattr(rpc_hello, "SECONDS", 20.0)
        greet(worker.endpoint)  # once that program has ended


def generate_for_ever(endpoint: str, path: Path, begun: Connection) -> None:
    """What a run does while its worker is there."""
    add_rpc_worker(endpoint)
    while True:
        greedy(path, Loading())
        begun.send(None)


def wait_to_load(endpoint: str, path: Path, begun: Connection) -> None:
    """The worker is lost before a model is loaded."""
    add_rpc_worker(endpoint)
    begun.send(None)
    begun.recv()
    greedy(path, Loading())


@needs_rpc
@pytest.mark.parametrize("work", [generate_for_ever, wait_to_load])
def test_a_lost_worker_ends_the_process_with_a_clear_word(
    work: Callable[[str, Path, Connection], None],
    qwen3moe_file: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    ours, theirs = SPAWN.Pipe()
    with rpc_worker(devices=1) as gone, rpc_worker(devices=1) as left:
        process = SPAWN.Process(target=work, args=(gone.endpoint, qwen3moe_file, theirs))
        process.start()
        ours.recv()
        gone.kill()
        ours.send(None)
        process.join(60)
        assert process.exitcode == 4
        assert left.endpoint != gone.endpoint
    assert capfd.readouterr().err == (
        f"error: the RPC worker at {gone.endpoint} is gone, and a part of the model with it\n"
        "hint: start it again (cadre worker), then go on where the session stopped: cadre resume\n"
    )


def lose(told: Connection | None) -> None:
    """Loses a worker, as far as this process is concerned."""
    if told is None:
        end(RunError("lost", "go on"))
    with told_by(lambda error: told.send(str(error))):
        end(RunError("lost", "go on"))


def test_who_listens_is_told_instead_of_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=lose, args=(theirs,))
    process.start()
    process.join(60)
    assert ours.recv() == "lost (go on)"
    assert process.exitcode == 4
    assert capfd.readouterr().err == ""


def teller_fails() -> None:
    def fail(_: RunError) -> None:
        raise BrokenPipeError

    with told_by(fail):
        lose(None)


def test_the_process_ends_also_where_nobody_can_be_told() -> None:
    process = SPAWN.Process(target=teller_fails)
    process.start()
    process.join(60)
    assert process.exitcode == 4


def abort_otherwise() -> None:
    """A fault of llama.cpp's own, not of a worker."""
    before_abort(rpc._on_abort)
    vars(ggml)["lib"]._lib.ggml_abort(b"here.cpp", 7, b"nothing to do with workers")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_another_abort_of_llama_stays_one(capfd: pytest.CaptureFixture[str]) -> None:
    process = SPAWN.Process(target=abort_otherwise)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGABRT
    assert capfd.readouterr().err.startswith("here.cpp:7: nothing to do with workers\n")
