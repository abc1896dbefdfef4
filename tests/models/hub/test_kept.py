"""What is on disk, and taking it off; no network is asked."""

import os
from pathlib import Path

import pytest

from models.errors import ModelError
from models.hub import HubName, cache_folder, hub_name, located, on_disk, path_of, removal, stopped

MAIN, OLD = "a" * 40, "b" * 40


class Cache:
    """A cache as huggingface_hub lays it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, repository: str, path: str, data: bytes, commit: str = MAIN) -> Path:
        """A file of a commit; the same bytes are one blob."""
        home = self.folder / f"models--{repository.replace('/', '--')}"
        blob = home / "blobs" / data.hex()[:64]
        pointer = home / "snapshots" / commit / path
        for one in (blob, pointer, home / "refs" / "main"):
            one.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(data)
        pointer.symlink_to(os.path.relpath(blob, pointer.parent))
        (home / "refs" / "main").write_text(MAIN if commit == MAIN else commit)
        return pointer


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "hub")


def name(text: str) -> HubName:
    return hub_name(text)


def test_an_empty_cache_holds_nothing(cache: Cache) -> None:
    assert on_disk(cache.folder) == ()
    assert located(name("hf:a/b"), cache.folder) is None


def test_what_others_fetched_is_seen_with_its_bytes(cache: Cache) -> None:
    cache.put("a/b", "m-Q4_K_M.gguf", b"four")
    cache.put("a/b", "m-Q8_0.gguf", b"eightbit")
    cache.put("a/b", "config.json", b"{}")
    cache.put("c/d", "config.json", b"{}")
    kept = on_disk(cache.folder)
    assert [(one.reference, one.bytes) for one in kept] == [
        ("hf:a/b:Q4_K_M", 4),
        ("hf:a/b:Q8_0", 8),
    ]
    assert all(one.last_used.tzinfo for one in kept)


def test_a_reference_from_the_list_finds_its_file_again(cache: Cache) -> None:
    for path in ("m-Q4_K_M.gguf", "long-Q4_K_M.gguf", "plain.gguf", "q/m-BF16.gguf"):
        cache.put("a/b", path, path.encode())
    for one in on_disk(cache.folder):
        assert located(name(one.reference), cache.folder) == one.path


def test_a_model_is_found_under_its_own_name_and_not_as_a_blob(cache: Cache) -> None:
    pointer = cache.put("a/b", "m-Q4_K_M.gguf", b"four")
    assert path_of(name("hf:a/b"), cache.folder) == pointer


def test_the_commit_of_main_is_preferred_and_shared_bytes_count_once(cache: Cache) -> None:
    cache.put("a/b", "m-Q4_K_M.gguf", b"same", OLD)
    pointer = cache.put("a/b", "m-Q4_K_M.gguf", b"same", MAIN)
    (kept,) = on_disk(cache.folder)
    assert kept.path == pointer
    assert kept.bytes == 4


def test_a_model_that_is_not_there_says_what_to_type(cache: Cache) -> None:
    with pytest.raises(ModelError) as caught:
        path_of(name("hf:a/b:Q4_K_M"), cache.folder)
    assert caught.value.message == "hf:a/b:Q4_K_M is not on disk"
    assert caught.value.hint == "cadre models pull hf:a/b:Q4_K_M"


def test_half_a_set_of_parts_is_no_model_and_the_missing_is_named(cache: Cache) -> None:
    cache.put("a/b", "m-Q4_K_M-00001-of-00003.gguf", b"one")
    cache.put("a/b", "m-Q4_K_M-00003-of-00003.gguf", b"three")
    assert located(name("hf:a/b"), cache.folder) is None
    with pytest.raises(ModelError, match="lacks 1 of 3 parts on disk: m-Q4_K_M-00002-of-00003"):
        path_of(name("hf:a/b"), cache.folder)


def test_a_link_to_deleted_bytes_is_no_file(cache: Cache) -> None:
    cache.put("a/b", "m-Q4_K_M.gguf", b"four").resolve().unlink()
    assert on_disk(cache.folder) == ()


def test_several_models_on_disk_are_answered_with_their_names(cache: Cache) -> None:
    cache.put("a/b", "one-Q4_K_M.gguf", b"one")
    cache.put("a/b", "two-Q4_K_M.gguf", b"two")
    with pytest.raises(ModelError, match="several Q4_K_M") as caught:
        located(name("hf:a/b"), cache.folder)
    assert caught.value.hint == "name one: one-Q4_K_M, two-Q4_K_M"


def test_the_cache_is_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for unset in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"):
        monkeypatch.delenv(unset, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert cache_folder() == tmp_path / "x" / "huggingface" / "hub"
    monkeypatch.setenv("HF_HOME", "$XDG_CACHE_HOME/home")
    assert cache_folder() == tmp_path / "x" / "home" / "hub"
    monkeypatch.setenv("HUGGINGFACE_HUB_CACHE", str(tmp_path / "old"))
    assert cache_folder() == tmp_path / "old"
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "new"))
    assert cache_folder() == tmp_path / "new"


def test_one_quantisation_goes_and_the_other_stays(cache: Cache) -> None:
    cache.put("a/b", "m-Q4_K_M.gguf", b"four")
    other = cache.put("a/b", "m-Q8_0.gguf", b"eightbit")
    planned = removal(name("hf:a/b:q4_k_m"), cache.folder)
    assert planned.bytes == 4
    planned.execute()
    assert [one.path for one in on_disk(cache.folder)] == [other]
    assert len(list((cache.folder / "models--a--b" / "blobs").iterdir())) == 1


def test_a_repository_goes_with_its_folder_where_nothing_else_is_in_it(cache: Cache) -> None:
    cache.put("a/b", "m-Q4_K_M-00001-of-00002.gguf", b"one")
    cache.put("a/b", "m-Q4_K_M-00002-of-00002.gguf", b"two")
    cache.put("a/b", "m-Q4_K_M-00001-of-00002.gguf", b"older", OLD)
    planned = removal(name("hf:a/b"), cache.folder)
    assert planned.bytes == len(b"one" + b"two" + b"older")
    planned.execute()
    assert not (cache.folder / "models--a--b").exists()


def test_files_of_other_programs_stay(cache: Cache) -> None:
    cache.put("a/b", "m-Q4_K_M.gguf", b"four")
    tokenizer = cache.put("a/b", "tokenizer.json", b"{}")
    removal(name("hf:a/b"), cache.folder).execute()
    assert tokenizer.read_bytes() == b"{}"
    assert on_disk(cache.folder) == ()


def test_what_a_stopped_pull_left_goes_with_the_repository(cache: Cache) -> None:
    left = cache.folder / "models--a--b" / "blobs" / "abc.incomplete"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    assert stopped(cache.folder) == {"a/b": 4}
    with pytest.raises(ModelError) as caught:
        removal(name("hf:a/b:Q8_0"), cache.folder)
    assert caught.value.hint == "a stopped pull left 4 bytes: cadre models rm hf:a/b"
    planned = removal(name("hf:a/b"), cache.folder)
    assert planned.bytes == 4
    planned.execute()
    assert not left.exists()


def test_removing_what_is_not_there_is_answered_with_the_nearest(cache: Cache) -> None:
    cache.put("someone/Qwen3-8B-GGUF", "m-Q4_K_M.gguf", b"four")
    with pytest.raises(ModelError) as caught:
        removal(name("hf:someone/Qwen3-8-GGUF:Q4_K_M"), cache.folder)
    assert caught.value.message == "hf:someone/Qwen3-8-GGUF:Q4_K_M is not on disk"
    assert caught.value.hint == "on disk: hf:someone/Qwen3-8B-GGUF:Q4_K_M"


def test_a_damaged_cache_is_left_alone_and_named(cache: Cache) -> None:
    cache.put("a/b", "m-Q4_K_M.gguf", b"four")
    cache.put("a/b", "m-Q8_0.gguf", b"eightbit").resolve().unlink()
    with pytest.raises(ModelError, match="damaged") as caught:
        removal(name("hf:a/b"), cache.folder)
    assert "models--a--b" in caught.value.hint
