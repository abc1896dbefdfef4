"""Pulling a model from a server that speaks the hub's endpoints."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from models.errors import ModelError, RunError
from models.hub import Hub, Pulled, hub_name, located, pull, stopped
from tests.models.hub.conftest import TOKEN
from tests.models.hub.served import COMMIT, REPOSITORY, Bytes, Reply, Served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PLAIN = f"hf:{REPOSITORY}"
Q4 = "Tiny-Q4_K_M.gguf"


@dataclass
class Listener:
    """Remembers what it is told."""

    total: int = 0
    done: int = 0
    lines: list[str] = field(default_factory=list)

    def begin(self, name: str, total: int, done: int) -> None:
        self.total, self.done = total, done

    def advance(self, octets: int) -> None:
        self.done += octets

    def say(self, line: str) -> None:
        self.lines.append(line)


ODD = json.dumps(
    {
        "id": REPOSITORY,
        "sha": COMMIT,
        "siblings": [{"rfilename": Q4, "lfs": {"sha256": 7, "size": 1, "pointerSize": 1}}],
    }
).encode()
"""A listing with a checksum that is none."""


def pulled(hub: Hub, text: str = PLAIN, listener: Listener | None = None) -> Pulled:
    return pull(hub_name(text), hub, listener)


def partial(hub: Hub, served: Served, path: str = Q4) -> Path:
    folder = hub.cache / "models--someone--Tiny-GGUF" / "blobs"
    return folder / f"{served.sha256(path)}.incomplete"


def test_the_usual_quantisation_is_fetched_and_lies_in_the_cache_as_the_hub_lays_it(
    hub: Hub, served: Served
) -> None:
    listener = Listener()
    got = pulled(hub, listener=listener)
    assert got.path.read_bytes() == served.files[Q4]
    assert (got.quantisation, got.files) == ("Q4_K_M", 1)
    assert got.bytes == got.fetched == listener.total == listener.done == len(served.files[Q4])
    folder = hub.cache / "models--someone--Tiny-GGUF"
    assert got.path == folder / "snapshots" / COMMIT / Q4
    assert (folder / "refs" / "main").read_text() == COMMIT
    assert got.path.readlink() == Path("../../blobs") / served.sha256(Q4)


def test_huggingface_hub_finds_what_we_fetched_without_asking_the_network(
    hub: Hub, served: Served
) -> None:
    from huggingface_hub import try_to_load_from_cache

    got = pulled(hub)
    asked = len(served.asked)
    found = try_to_load_from_cache(REPOSITORY, Q4, cache_dir=hub.cache, revision="main")
    assert found == str(got.path)
    assert len(served.asked) == asked


def test_a_second_pull_fetches_nothing(hub: Hub, served: Served) -> None:
    pulled(hub)
    before = len(served.asked_for("bytes"))
    assert pulled(hub).fetched == 0
    assert len(served.asked_for("bytes")) == before


def test_the_token_goes_to_the_hub_and_to_no_other_host(hub: Hub, served: Served) -> None:
    pulled(hub)
    for kind in ("api", "head", "get"):
        assert {one.headers["authorization"] for one in served.asked_for(kind)} == {
            f"Bearer {TOKEN}"
        }
    assert all("authorization" not in one.headers for one in served.asked_for("bytes"))


def test_the_hub_learns_no_more_of_this_machine_than_the_versions_of_the_libraries(
    hub: Hub, served: Served
) -> None:
    pulled(hub)
    agents = {one.headers["user-agent"] for one in served.asked}
    assert all("torch" not in one and "agent/" not in one for one in agents)
    assert {one.path.split("?")[0].split("/")[1] for one in served.asked} == {
        "api", "someone", "store",
    }  # fmt: skip


@pytest.mark.parametrize("wanted", ["Q8_0", "q8_0", "Tiny-Q8_0", "tiny-q8_0.gguf"])
def test_a_quantisation_is_named_in_any_case_or_by_its_file(
    hub: Hub, served: Served, wanted: str
) -> None:
    assert pulled(hub, f"{PLAIN}:{wanted}").path.name == "Tiny-Q8_0.gguf"


def test_without_the_usual_quantisation_the_next_is_taken_and_told(
    hub: Hub, served: Served
) -> None:
    del served.files[Q4]
    listener = Listener()
    assert pulled(hub, listener=listener).quantisation == "Q8_0"
    assert f"{REPOSITORY} has no Q4_K_M; taking Q8_0" in listener.lines


def test_a_quantisation_that_is_not_there_is_answered_with_those_that_are(
    hub: Hub, served: Served
) -> None:
    with pytest.raises(ModelError) as caught:
        pulled(hub, f"{PLAIN}:Q5_K_M")
    assert caught.value.message == f"{REPOSITORY} has no Q5_K_M"
    assert caught.value.hint == "there is: Q4_K_M, Q8_0"
    assert not hub.cache.exists()


def test_two_files_of_one_quantisation_are_answered_with_their_names(
    hub: Hub, served: Served
) -> None:
    served.files["Tiny-long-Q4_K_M.gguf"] = b"long"
    with pytest.raises(ModelError) as caught:
        pulled(hub)
    assert caught.value.hint == "name one: Tiny-Q4_K_M, Tiny-long-Q4_K_M"
    assert pulled(hub, f"{PLAIN}:Tiny-long-Q4_K_M").path.read_bytes() == b"long"


def test_a_repository_without_models_is_told(hub: Hub, served: Served) -> None:
    served.files = {"README.md": b"# Nothing", "mmproj-F16.gguf": b"sees"}
    with pytest.raises(ModelError, match="holds no GGUF file"):
        pulled(hub)


def split(served: Served, parts: int = 3) -> list[str]:
    names = [f"big/Tiny-Q6_K-{n:05}-of-{parts:05}.gguf" for n in range(1, parts + 1)]
    served.files |= {name: name.encode() * 900 for name in names}
    return names


def test_the_parts_of_a_split_model_lie_beside_each_other(hub: Hub, served: Served) -> None:
    names = split(served)
    got = pulled(hub, f"{PLAIN}:Q6_K")
    assert got.files == 3
    assert got.path.name == "Tiny-Q6_K-00001-of-00003.gguf"
    for name in names:
        assert (got.path.parent.parent / name).read_bytes() == served.files[name]


def test_half_a_set_of_parts_in_a_repository_is_named(hub: Hub, served: Served) -> None:
    missing = split(served)[1]
    del served.files[missing]
    with pytest.raises(ModelError, match="lacks 1 of 3 parts") as caught:
        pulled(hub, f"{PLAIN}:Q6_K")
    assert missing in caught.value.message


def test_a_connection_cut_in_the_middle_is_gone_on_from(hub: Hub, served: Served) -> None:
    size = len(served.files[Q4])
    served.bytes = [Bytes(most=100_000), Bytes(most=50_000)]
    listener = Listener()
    got = pulled(hub, listener=listener)
    assert got.path.read_bytes() == served.files[Q4]
    end = size - 1
    assert served.ranges == [f"bytes=0-{end}", f"bytes=100000-{end}", f"bytes=150000-{end}"]
    assert listener.done == size


def test_a_pull_that_failed_is_gone_on_from_by_the_next_one(hub: Hub, served: Served) -> None:
    served.bytes = [Bytes(most=60_000), *[Bytes(most=0)] * 8]
    with pytest.raises(RunError, match="breaks off") as caught:
        pulled(hub)
    assert Q4 in caught.value.message
    assert partial(hub, served).stat().st_size == 60_000
    assert stopped(hub.cache) == {REPOSITORY: 60_000}
    assert located(hub_name(PLAIN), hub.cache) is None
    served.bytes, served.asked = [], []
    listener = Listener()
    got = pulled(hub, listener=listener)
    assert served.ranges[0].startswith("bytes=60000-")
    assert got.fetched == got.bytes - 60_000
    assert got.path.read_bytes() == served.files[Q4]
    assert not stopped(hub.cache)


def test_a_host_that_knows_no_ranges_is_read_from_the_beginning(hub: Hub, served: Served) -> None:
    served.bytes = [Bytes(most=200_000), Bytes(ranges=False)]
    listener = Listener()
    got = pulled(hub, listener=listener)
    assert got.path.read_bytes() == served.files[Q4]
    assert listener.done == listener.total


def test_a_host_that_knows_no_ranges_and_always_breaks_off_is_given_up(
    hub: Hub, served: Served
) -> None:
    served.bytes = [Bytes(most=200_000, ranges=False)] * 20
    with pytest.raises(RunError):
        pulled(hub)
    assert len(served.asked_for("bytes")) < 10


def test_bytes_without_a_length_are_taken(hub: Hub, served: Served) -> None:
    served.bytes = [Bytes(length=False)]
    assert pulled(hub).path.read_bytes() == served.files[Q4]


@pytest.mark.parametrize("lie", [-100_000, 100_000])
def test_a_length_that_is_a_lie_is_not_believed(hub: Hub, served: Served, lie: int) -> None:
    served.bytes = [Bytes(lie=lie)]
    assert pulled(hub).path.read_bytes() == served.files[Q4]


def test_a_partial_file_that_is_too_long_is_begun_anew(hub: Hub, served: Served) -> None:
    partial(hub, served).parent.mkdir(parents=True)
    partial(hub, served).write_bytes(b"x" * (len(served.files[Q4]) + 1))
    assert pulled(hub).path.read_bytes() == served.files[Q4]


def test_a_blob_that_was_cut_short_is_fetched_again(hub: Hub, served: Served) -> None:
    blob = pulled(hub).path.resolve()
    blob.write_bytes(b"cut")
    got = pulled(hub)
    assert got.fetched == got.bytes
    assert got.path.read_bytes() == served.files[Q4]


def test_bytes_with_another_checksum_are_deleted(hub: Hub, served: Served) -> None:
    served.bytes = [Bytes(spoilt=True)]
    with pytest.raises(ModelError, match="another checksum") as caught:
        pulled(hub)
    assert f"cadre models pull {PLAIN}" in caught.value.hint
    assert not [one for one in hub.cache.rglob("*") if one.is_file()]
    assert pulled(hub).path.read_bytes() == served.files[Q4]


def test_a_partial_file_that_was_changed_is_found_by_its_checksum(hub: Hub, served: Served) -> None:
    partial(hub, served).parent.mkdir(parents=True)
    partial(hub, served).write_bytes(b"something else")
    with pytest.raises(ModelError, match="another checksum"):
        pulled(hub)
    assert not partial(hub, served).exists()


def test_a_rate_limit_is_waited_for_and_told(hub: Hub, served: Served) -> None:
    served.api = [Reply(429, {"Retry-After": "1"})]
    served.bytes = [Reply(429, {"Retry-After": "0"})]
    listener = Listener()
    assert pulled(hub, listener=listener).fetched
    assert listener.lines[0] == "the hub's rate limit is reached: asking again in 1 s"


def test_a_rate_limit_that_lasts_is_not_waited_for(hub: Hub, served: Served) -> None:
    served.api = [Reply(429, {"Retry-After": "3600"})]
    with pytest.raises(RunError, match="rate limit"):
        pulled(hub)
    assert len(served.asked) == 1


@pytest.mark.parametrize("where", ["api", "head", "get", "bytes"])
def test_a_server_that_is_not_well_is_asked_again(hub: Hub, served: Served, where: str) -> None:
    getattr(served, where).extend([Reply(503), Reply(502)])
    assert pulled(hub).path.read_bytes() == served.files[Q4]


def test_a_server_that_stays_ill_is_told(hub: Hub, served: Served) -> None:
    served.api = [Reply(503)] * 9
    with pytest.raises(RunError, match="not well: it answers 503"):
        pulled(hub)
    assert len(served.asked) == hub.patience.tries


@dataclass(frozen=True)
class Case:
    """A refusal, and what is told."""

    reply: Reply
    message: str
    hint: str


REFUSALS = {
    "gated": Case(Reply(403, {"X-Error-Code": "GatedRepo"}), "is gated", "HF_TOKEN"),
    "gated, unknown to it": Case(Reply(401, {"X-Error-Code": "GatedRepo"}), "is gated", "HF_TOKEN"),
    "no repository": Case(Reply(401, {"X-Error-Code": "RepoNotFound"}), "no repository", "check"),
    "a bad token": Case(Reply(401), "does not accept the token", "HF_TOKEN"),
    "no right": Case(Reply(403), "the token may not read", "HF_TOKEN"),
    "nothing there": Case(Reply(404), "the hub has no", "check"),
}


@pytest.mark.parametrize("case", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("where", ["api", "head", "get"])
def test_a_refusal_is_one_line_and_what_to_do(
    hub: Hub, served: Served, case: Case, where: str
) -> None:
    getattr(served, where).append(case.reply)
    with pytest.raises(ModelError) as caught:
        pulled(hub)
    assert case.message in caught.value.message
    assert case.hint in caught.value.hint
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_file_that_went_away_is_told(hub: Hub, served: Served) -> None:
    served.head = [Reply(404, {"X-Error-Code": "EntryNotFound"})]
    with pytest.raises(ModelError, match=f"the hub has no {Q4} any more"):
        pulled(hub)


@pytest.mark.parametrize("where", ["head", "get", "bytes"])
def test_redirects_in_a_circle_end(hub: Hub, served: Served, where: str) -> None:
    here = served.store + f"/store/{Q4}" if where == "bytes" else f"/{REPOSITORY}/resolve/x/{Q4}"
    getattr(served, where).extend([Reply(302, {"Location": here})] * 60)
    with pytest.raises(RunError, match="round in circles"):
        pulled(hub)


def test_a_disk_that_is_too_small_is_told_before_a_byte_comes(hub: Hub, served: Served) -> None:
    small = replace(hub, free_space=lambda _: 1000)
    with pytest.raises(ModelError, match=r"needs 0\.3 MiB more, and the disk of .* has 0\.0 MiB"):
        pulled(small)
    assert not served.asked_for("bytes")
    assert not hub.cache.exists()


def test_what_is_there_already_needs_no_room(hub: Hub, served: Served) -> None:
    served.bytes = [Bytes(most=len(served.files[Q4]) - 500), *[Bytes(most=0)] * 8]
    with pytest.raises(RunError):
        pulled(hub)
    served.bytes = []
    assert pulled(replace(hub, free_space=lambda _: 500)).fetched == 500


def test_a_disk_that_fills_up_meanwhile_is_told(
    hub: Hub, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(ModelError, match="cannot write to the hub's cache"):
            pulled(hub)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, kept)
    assert pulled(hub).path.read_bytes() == served.files[Q4]


def test_a_hub_that_cannot_be_reached_is_one_line(hub: Hub) -> None:
    with pytest.raises(RunError, match="the hub cannot be reached") as caught:
        pulled(replace(hub, endpoint="http://127.0.0.1:9"))
    assert "network" in caught.value.hint


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"sha": 7}', b'{"siblings": [1]}', ODD]
)
def test_an_answer_that_is_none_of_the_hubs_is_told(hub: Hub, served: Served, body: bytes) -> None:
    served.api = [Reply(200, {}, body)]
    with pytest.raises(RunError, match="not of the hub's form"):
        pulled(hub)


def test_names_that_lead_out_of_the_cache_are_passed_over(hub: Hub, served: Served) -> None:
    served.files = {"../../../x-Q4_K_M.gguf": b"out", "/tmp/y-Q4_K_M.gguf": b"out"}
    with pytest.raises(ModelError, match="holds no GGUF file"):
        pulled(hub)


def test_an_etag_that_is_no_name_of_a_file_is_not_used(hub: Hub, served: Served) -> None:
    resolved = {
        "Location": f"{served.store}/store/{Q4}",
        "X-Repo-Commit": COMMIT,
        "X-Linked-Etag": '"../../../../evil"',
    }
    served.head = [Reply(302, resolved)]
    assert pulled(hub).path.resolve().name == served.sha256(Q4)


def test_a_new_commit_with_the_same_bytes_is_linked_without_fetching(
    hub: Hub, served: Served
) -> None:
    first = pulled(hub)
    served.commit = "d" * 40
    second = pulled(hub)
    assert second.fetched == 0
    assert second.path != first.path
    assert second.path.resolve() == first.path.resolve()
    assert located(hub_name(PLAIN), hub.cache) == second.path


def test_two_pulls_of_one_file_do_not_write_it_both(hub: Hub, served: Served) -> None:
    from models.hub.transfer import opened

    with opened(partial(hub, served), Q4), pytest.raises(ModelError, match="pulled already"):
        pulled(hub)
    assert pulled(hub).fetched


def mirrored(served: Served, **headers: str) -> Reply:
    """What the hub says of a file, with other headers."""
    usual = {
        "Location": f"{served.store}/store/{Q4}",
        "X-Repo-Commit": COMMIT,
        "X-Linked-Size": str(len(served.files[Q4])),
        "X-Linked-Etag": f'"{served.sha256(Q4)}"',
    }
    return Reply(302, usual | {name.replace("_", "-"): value for name, value in headers.items()})


def bare(*names: str) -> Reply:
    """A listing of names without sizes and checksums, as some mirrors give it."""
    siblings = [{"rfilename": name} for name in names]
    told = {"id": REPOSITORY, "sha": COMMIT, "siblings": siblings}
    return Reply(200, {}, json.dumps(told).encode())


def test_a_mirror_that_lists_names_alone_is_enough(hub: Hub, served: Served) -> None:
    served.api = [bare(Q4)]
    assert pulled(hub).path.read_bytes() == served.files[Q4]
    served.api, served.commit, served.bytes = [bare("Tiny-Q8_0.gguf")], "d" * 40, []
    served.bytes = [Bytes(spoilt=True)]
    with pytest.raises(ModelError, match="another checksum"):
        pulled(hub)


def test_a_hub_that_says_no_size_anywhere_is_told(hub: Hub, served: Served) -> None:
    served.api = [bare(Q4)]
    served.head = [mirrored(served, X_Linked_Size="many")]
    with pytest.raises(ModelError, match=f"does not say what {Q4} is"):
        pulled(hub)


def test_a_file_that_git_itself_keeps_is_checked_by_its_git_hash(hub: Hub, served: Served) -> None:
    data = served.files[Q4]
    etag = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    served.api = [bare(Q4)] * 2
    served.head = [mirrored(served, X_Linked_Etag=f'"{etag}"')] * 2
    served.bytes = [Bytes(spoilt=True)]
    with pytest.raises(ModelError, match="another checksum"):
        pulled(hub)
    assert pulled(hub).path.resolve().name == etag


def test_bytes_come_over_http_where_the_hub_offers_xet(hub: Hub, served: Served) -> None:
    xet = {"X_Xet_Hash": "a" * 64, "X_Xet_Refresh_Route": "/api/xet"}
    served.head = [mirrored(served, **xet)]
    assert pulled(hub).path.read_bytes() == served.files[Q4]
    assert len(served.asked_for("bytes")) == 1


def test_a_cache_that_cannot_be_written_is_one_line(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ModelError, match="cannot write to the hub's cache") as caught:
        pulled(replace(hub, cache=tmp_path / "file" / "hub"))
    assert "HF_HUB_CACHE" in caught.value.hint
