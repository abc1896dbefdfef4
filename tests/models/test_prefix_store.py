"""Prefixes on disk: what is read is what was written, and nothing that happens to a file hurts."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.prefix_store import PrefixStore, fingerprint
from tests.mounting import UNSHARE, can_mount

TOKENS = (7, 8, 9)
STATE = bytearray(b"the state of three tokens")
ON_A_SMALL_DISK = 'mount -t tmpfs -o size=200k tmpfs "$1"; shift; exec "$@"'
FILL_IT = """
import sys
from pathlib import Path
from models.prefix_store import PrefixStore
store = PrefixStore(Path(sys.argv[1]), "model", 1 << 30)
for token in range(3):
    store.write((token,), bytearray(90_000))
store.close()
print(store.written, store.bad, store.read((0,)) == bytearray(90_000), store.read((2,)))
print(sorted(path.suffix for path in Path(sys.argv[1]).iterdir()))
"""
WRITE_FOR_EVER = """
import sys
from pathlib import Path
from models.prefix_store import PrefixStore
while True:
    store = PrefixStore(Path(sys.argv[1]), "model", 1 << 30)
    store.write((1, 2, 3), bytearray(30_000_000))
    store.close()
"""


def _store(folder: Path, of: str = "model", most_bytes: int = 1 << 30) -> PrefixStore:
    return PrefixStore(folder, of, most_bytes)


def _written(folder: Path, *prefixes: tuple[int, ...], most_bytes: int = 1 << 30) -> None:
    store = _store(folder, most_bytes=most_bytes)
    for tokens in prefixes:
        store.write(tokens, STATE)
    store.close()
    assert (store.written, store.bad) == (len(prefixes), 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The one file of a store."""
    _written(tmp_path, TOKENS)
    (path,) = tmp_path.iterdir()
    return path


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.WARNING, "cadre.engine"):
        yield caplog


def test_what_was_written_is_read_by_another_process(file: Path) -> None:
    store = _store(file.parent)
    assert store.has(TOKENS)
    assert store.read(TOKENS) == STATE
    assert (store.read_count, store.bad) == (1, 0)


@pytest.mark.parametrize("tokens", [(7, 8), (7, 8, 9, 1), (9, 8, 7), ()])
def test_other_tokens_see_nothing(file: Path, tokens: tuple[int, ...]) -> None:
    store = _store(file.parent)
    assert not store.has(tokens)
    assert store.read(tokens) is None
    assert store.bad == 0


def test_another_model_sees_nothing(file: Path) -> None:
    store = _store(file.parent, of="another")
    assert not store.has(TOKENS)
    assert store.read(TOKENS) is None
    assert store.bad == 0


def _flip(at: int) -> Callable[[bytes], bytes]:
    return lambda raw: raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda raw: raw[:-1],
    "of its head alone": lambda raw: raw[:20],
    "longer": lambda raw: raw + b"x",
    "empty": lambda raw: b"",
    "foreign": lambda raw: b"\x7fELF" + bytes(200),
    **{f"flipped at {at}": _flip(at) for at in (0, 14, 15, 30, 31, 40)},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_ignored_said_and_written_anew(
    file: Path, damage: Callable[[bytes], bytes], log: pytest.LogCaptureFixture
) -> None:
    file.write_bytes(damage(file.read_bytes()))
    store = _store(file.parent)
    assert store.read(TOKENS) is None
    assert (store.bad, store.read_count) == (1, 0)
    assert f"{file} is damaged" in log.text
    assert not store.has(TOKENS)
    _written(file.parent, TOKENS)
    assert store.read(TOKENS) == STATE


def test_a_file_under_another_prefix_s_name_is_not_believed(file: Path) -> None:
    _written(file.parent, (1, 2))
    (other,) = set(file.parent.iterdir()) - {file}
    shutil.copy(other, file)
    store = _store(file.parent)
    assert store.read(TOKENS) is None
    assert store.bad == 1


def test_past_the_bound_the_least_recently_used_go(tmp_path: Path) -> None:
    for token in (1, 2, 3):
        before = {*tmp_path.iterdir()}
        _written(tmp_path, (token,))
        (path,) = {*tmp_path.iterdir()} - before
        os.utime(path, (1000 + token, 1000 + token))
    store = _store(tmp_path)
    assert store.read((1,)) == STATE  # of use now, so it stays
    _written(tmp_path, (4,), most_bytes=2 * path.stat().st_size)
    assert [store.has((token,)) for token in (1, 2, 3, 4)] == [True, False, False, True]


def test_a_folder_that_cannot_be_made_costs_a_complaint(
    tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    store = _store(tmp_path / "file" / "folder")
    store.write(TOKENS, STATE)
    store.close()
    assert (store.written, store.bad) == (0, 1)
    assert "cannot keep a prefix" in log.text
    assert not store.has(TOKENS)


def test_a_folder_of_an_impossible_name_is_an_error_for_nobody(tmp_path: Path) -> None:
    store = _store(tmp_path / ("x" * 300))
    assert not store.has(TOKENS)
    assert store.read(TOKENS) is None
    store.write(TOKENS, STATE)
    store.close()
    assert (store.written, store.bad) == (0, 2)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_only_read_serves(file: Path, log: pytest.LogCaptureFixture) -> None:
    file.parent.chmod(0o500)
    store = _store(file.parent)
    assert store.read(TOKENS) == STATE
    store.write((1,), STATE)
    store.close()
    file.parent.chmod(0o700)
    assert store.bad == 1


@pytest.mark.skipif(not can_mount(), reason="a file system cannot be mounted here")
def test_a_full_disk_costs_a_complaint_and_leaves_no_half_file(tmp_path: Path) -> None:
    ran = subprocess.run(
        [*UNSHARE, ON_A_SMALL_DISK, "sh", tmp_path, sys.executable, "-c", FILL_IT, tmp_path],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    counts, left = ran.stdout.splitlines()
    assert counts == "2 1 True None"
    assert left == "['.prefix', '.prefix']"
    assert "No space left on device" in ran.stderr


def test_a_writer_that_is_killed_leaves_nothing_that_is_read(tmp_path: Path) -> None:
    store = _store(tmp_path)
    for killed in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITE_FOR_EVER, tmp_path], cwd=Path(__file__).parents[2]
        )
        until = time.monotonic() + 60
        while len([*tmp_path.glob("*.half")]) == killed:
            assert time.monotonic() < until
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert store.read((1, 2, 3)) in (None, bytearray(30_000_000))
    assert store.bad == 0


def test_what_killed_writers_left_goes_after_a_day(tmp_path: Path) -> None:
    for name, hours in {"old": 25, "new": 23}.items():
        left = tmp_path / f"{name}.half"
        left.write_bytes(b"half of it")
        os.utime(left, (time.time() - hours * 3600,) * 2)
    _written(tmp_path, TOKENS)
    assert [path.name for path in tmp_path.glob("*.half")] == ["new.half"]


def test_a_fingerprint_tells_files_and_parameters_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"a" * 1000)
    other.write_bytes(b"a" * 999 + b"b")
    prints = {fingerprint(path, kind) for path in (one, other) for kind in ("f16", "q8_0")}
    assert len(prints) == 4
    assert fingerprint(one, "f16") in prints
