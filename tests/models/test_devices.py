"""ggml's devices, and RPC workers that join them: in a child, since they never leave again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import llama_cpp
import pytest

import models
from models import ModelError
from models.llama.devices import accelerators, add_rpc_worker, device_named, devices
from tests.models.rpc import DEVICES, Child, child_with_worker

needs_rpc = pytest.mark.skipif(
    not llama_cpp.llama_supports_rpc(), reason="needs CMAKE_ARGS=-DGGML_RPC=on"
)


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with child_with_worker() as child:
        yield child


def test_every_machine_has_a_cpu_with_memory() -> None:
    (cpu,) = (device for device in devices() if device.kind == "cpu")
    assert cpu.description
    assert 0 < cpu.free <= cpu.total
    assert cpu not in accelerators()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_devices_are_those_that_models_are_loaded_from() -> None:
    """A second copy of ggml would have a registry of its own."""
    mapped = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines()}
    assert len([path for path in mapped if Path(path).name.startswith("libggml.")]) == 1


def test_the_doctors_probe_tells_each_device() -> None:
    script = Path(models.__file__).with_name("probe.py")
    ran = subprocess.run([sys.executable, "-P", script], capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout)["devices"]
    assert [(one["name"], one["kind"]) for one in told] == [
        (device.name, device.kind) for device in devices()
    ]
    assert all(one["total"] > 0 for one in told)


def test_an_unknown_accelerator_is_refused_and_so_is_the_cpu() -> None:
    for name in ("CUDA99", "CPU", ""):
        with pytest.raises(ModelError, match=f"no accelerator is called {name}"):
            device_named(name)


@needs_rpc
def test_a_worker_is_an_accelerator_until_it_is_gone() -> None:
    with child_with_worker() as child:
        added = child.worker()
        assert len(added) == DEVICES
        assert {device.kind for device in added} == {"gpu"}
        assert all(device.description == child.endpoint and device.total > 0 for device in added)
        assert {device.name for device in added} <= {device.name for device in child(accelerators)}
        assert child(device_named, added[0].name).handle == added[0].handle
    assert not {device.name for device in added} & {device.name for device in devices()}


@needs_rpc
def test_the_known_accelerators_are_named_where_one_is_unknown(child: Child) -> None:
    names = [device.name for device in child.worker()]
    with pytest.raises(ModelError) as caught:
        child(device_named, "RPC99")
    assert ", ".join(names) in caught.value.hint


@needs_rpc
def test_a_worker_that_is_added_twice_is_there_once(child: Child) -> None:
    once = [device.name for device in child.worker()]
    again = [device.name for device in child.worker()]
    assert once == again
    known = [device.name for device in child(accelerators)]
    assert len(known) == len(set(known))
    assert set(once) <= set(known)


@needs_rpc
@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        ("127.0.0.1:1", "no RPC worker at 127.0.0.1:1"),
        ("127.0.0.1:99999", "no RPC worker at 127.0.0.1:99999"),
        ("127.0.0.1", "is no RPC worker"),
        (":50052", "is no RPC worker"),
        ("127.0.0.1:http", "is no RPC worker"),
    ],
)
def test_an_endpoint_where_nobody_listens_is_refused(
    endpoint: str, message: str, child: Child
) -> None:
    with pytest.raises(ModelError, match=message):
        child(add_rpc_worker, endpoint)
    assert all(device.description != endpoint for device in child(devices))


@needs_rpc
def test_no_worker_joins_the_process_that_runs_the_tests(child: Child) -> None:
    """It would take layers of every model that a later test loads, and abort once it is gone."""
    assert {device.name for device in child.worker()} <= {device.name for device in child(devices)}
    assert not [device.name for device in devices() if device.name.startswith("RPC")]
