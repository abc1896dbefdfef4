"""How memory is timed: on real memory, and with caches as a made-up system tells them."""

from contextlib import closing
from pathlib import Path

import pytest

from models.rates.bandwidth import Memory, buffer_bytes

MIB = 1024**2


def cache(cpus: Path, cpu: int, index: int, level: str, shared: str, size: str) -> None:
    folder = cpus / f"cpu{cpu}" / "cache" / f"index{index}"
    folder.mkdir(parents=True)
    for name, text in (("level", level), ("shared_cpu_list", shared), ("size", size)):
        (folder / name).write_text(text + "\n")


def test_memory_has_a_speed() -> None:
    with closing(Memory(2, 8 * MIB)) as memory:
        assert 1e7 < memory.bandwidth() < 1e13


def test_a_cache_that_is_shared_counts_once(tmp_path: Path) -> None:
    for cpu in range(4):
        cache(tmp_path, cpu, 2, "2", str(cpu), "2048K")
        cache(tmp_path, cpu, 3, "3", "0-3", "256M")
    assert buffer_bytes(tmp_path) == 4 * (4 * 2 + 256) * MIB


@pytest.mark.parametrize("size", ["", "many", "12", "K", "32X"])
def test_what_a_system_tells_strangely_leaves_the_usual_size(size: str, tmp_path: Path) -> None:
    cache(tmp_path, 0, 3, "3", "0", size)
    assert buffer_bytes(tmp_path) == 256 * MIB


def test_without_a_word_of_caches_there_is_a_usual_size_and_never_too_much(tmp_path: Path) -> None:
    assert buffer_bytes(tmp_path / "none") == 256 * MIB
    cache(tmp_path, 0, 3, "3", "0", "999999M")
    assert buffer_bytes(tmp_path) == 4096 * MIB
