"""Files behind a URL, on a server of this machine: only headers are fetched."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import ModelError
from models.inspection import inspect
from tests.models.inspection.served import Answer, Served, serve
from tests.models.inspection.shapes import qwen3_06b, qwen3_30b_a3b, write_parts, write_shape

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SMALL = qwen3_30b_a3b(64)
LONG = replace(SMALL, merges=50_000)
"""Its header has 2.6 MB: more than the first range."""


@pytest.fixture
def served(
    socket_enabled: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serve(tmp_path) as server:
        yield server


def test_a_file_behind_a_url_is_described_like_one_here(served: Served) -> None:
    path = write_shape(served.folder / "model.gguf", SMALL)
    found = inspect(f"{served.url}/model.gguf")
    here = inspect(str(path))
    assert found == here.model_copy(update={"file": f"{served.url}/model.gguf"})
    assert served.asked == [("/model.gguf", "bytes=0-1048575")]


def test_the_range_grows_until_the_header_is_whole(served: Served) -> None:
    path = write_shape(served.folder / "model.gguf", LONG)
    found = inspect(f"{served.url}/model.gguf")
    assert found.vocabulary.merges == 50_000
    assert found.file_bytes == path.stat().st_size
    starts = [int(wanted.split("=")[1].split("-")[0]) for _, wanted in served.asked]
    assert starts == [0, 2**20, 2**21]
    assert found.header_bytes <= served.sent <= 2 * found.header_bytes


def test_a_server_without_ranges_is_left_after_the_header(served: Served) -> None:
    path = write_shape(served.folder / "model.gguf", LONG)
    served.ranges = False
    found = inspect(f"{served.url}/model.gguf")
    assert found.sound
    assert found.file_bytes == path.stat().st_size
    assert len(served.asked) == 1
    assert served.sent < 64 * 2**20


def test_a_set_behind_a_url_is_found(served: Served) -> None:
    write_parts(served.folder, SMALL, 3)
    found = inspect(f"{served.url}/model-00002-of-00003.gguf?download=true")
    assert (found.files, found.findings) == (3, ())
    assert found.file == f"{served.url}/model-00001-of-00003.gguf"


def test_half_a_set_behind_a_url_is_told(served: Served) -> None:
    paths = write_parts(served.folder, SMALL, 3)
    paths[2].unlink()
    found = inspect(f"{served.url}/model-00001-of-00003.gguf")
    assert found.findings[0].found == "2; missing: model-00003-of-00003.gguf"


def test_a_file_that_is_cut_behind_a_url_is_truncated_but_described(served: Served) -> None:
    write_shape(served.folder / "model.gguf", SMALL, data=False)
    (finding,) = inspect(f"{served.url}/model.gguf").findings
    assert finding.rule == "data"


def test_a_redirect_is_followed_and_keeps_secrets_to_itself(served: Served) -> None:
    write_shape(served.folder / "model.gguf", SMALL)
    heard: list[str] = []

    def elsewhere(answer: Answer) -> bool:
        heard.append(answer.headers.get("Authorization", ""))
        if not answer.path.startswith("/there/"):
            return False
        other = served.url.replace("127.0.0.1", "localhost")
        answer.say(302, Location=f"{other}/model.gguf?signature=secret")
        return True

    served.answer = elsewhere
    found = inspect(f"{served.url}/there/model.gguf", headers={"Authorization": "Bearer x"})
    assert found.sound
    assert heard == ["Bearer x", ""]
    assert "signature" not in found.model_dump_json()


def test_a_password_in_a_url_is_not_repeated(served: Served) -> None:
    write_shape(served.folder / "model.gguf", SMALL)
    url = served.url.replace("//", "//me:hunter2@")
    found = inspect(f"{url}/model.gguf?token=hunter2")
    assert "hunter2" not in found.model_dump_json()
    with pytest.raises(ModelError) as caught:
        inspect(f"{url}/other.gguf?token=hunter2")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "HF_TOKEN"),
        (403, "accept the model's terms"),
        (404, "look at the address"),
        (416, "the file is empty"),
        (429, "wait a while"),
        (500, "try again later"),
        (418, "look at the address"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, hint: str, served: Served) -> None:
    def refuse(answer: Answer) -> bool:
        answer.say(status)
        return True

    served.answer = refuse
    with pytest.raises(ModelError, match=f"the server says {status}") as caught:
        inspect(f"{served.url}/model.gguf")
    assert hint in caught.value.hint


def _another_range(answer: Answer) -> bool:
    answer.say(206, b"GGUF", Content_Range="bytes 7-10/100")
    return True


def _no_range(answer: Answer) -> bool:
    answer.say(206, b"GGUF")
    return True


def _compressed(answer: Answer) -> bool:
    answer.say(200, b"\x1f\x8b", Content_Encoding="gzip")
    return True


def _empty(answer: Answer) -> bool:
    answer.say(200)
    return True


def _nothing(answer: Answer) -> bool:
    answer.say(206, Content_Range="bytes 0-1/100")
    return True


def _hung_up(answer: Answer) -> bool:
    answer.send_response(206)
    answer.send_header("Content-Range", "bytes 0-99/100")
    answer.send_header("Content-Length", "100")
    answer.end_headers()
    answer.wfile.write(b"GGUF")
    answer.close_connection = True
    return True


def _page(answer: Answer) -> bool:
    answer.say(200, b"<!DOCTYPE html><html>")
    return True


def _round(answer: Answer) -> bool:
    answer.say(302, Location=answer.path)
    return True


def _garbled(answer: Answer) -> bool:
    answer.wfile.write(b"\x00\x01\x02 nonsense\r\n\r\n")
    answer.close_connection = True
    return True


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (_another_range, "asked for byte 0, the server sent bytes 7-10/100"),
        (_no_range, "the server sent nothing"),
        (_compressed, "compresses it"),
        (_empty, "is empty"),
        (_nothing, "ends before its range does"),
        (_hung_up, "cannot read"),
        (_page, "a web page"),
        (_round, "round in circles"),
        (_garbled, "cannot read"),
    ],
)
def test_an_answer_that_cannot_be_used_is_one_line(
    answer: object, message: str, served: Served
) -> None:
    served.answer = answer  # type: ignore[assignment]  # of the table above
    with pytest.raises(ModelError) as caught:
        inspect(f"{served.url}/model.gguf")
    assert message in caught.value.message


def test_a_file_that_changes_while_it_is_read_is_not_put_together(served: Served) -> None:
    path = write_shape(served.folder / "model.gguf", LONG)

    def longer(answer: Answer) -> bool:
        if len(served.asked) == 2:
            with path.open("ab") as file:
                file.truncate(path.stat().st_size + 32)
        return False

    served.answer = longer
    with pytest.raises(ModelError, match="changed while it was read"):
        inspect(f"{served.url}/model.gguf")


def test_a_header_without_end_is_left_at_the_bound(served: Served) -> None:
    path = served.folder / "model.gguf"
    write_shape(path, qwen3_06b(64), data=False)
    head = path.read_bytes()
    at = head.index(b"general.architecture") + 20 + 4
    path.write_bytes(head[:at] + (2**36).to_bytes(8, "little"))
    with path.open("r+b") as file:
        file.truncate(2**37)
    with pytest.raises(ModelError, match="header is longer than 64 MiB"):
        inspect(f"{served.url}/model.gguf")
    assert served.sent <= 64 * 2**20


@pytest.mark.parametrize(
    "url", ["http://", "http://[::1", "https://a b/model.gguf", "http://a/\udcff"]
)
def test_what_is_no_url_is_told(url: str) -> None:
    with pytest.raises(ModelError) as caught:
        inspect(url)
    assert caught.value.hint


def test_nobody_there_is_told(socket_enabled: None, served: Served) -> None:
    with pytest.raises(ModelError, match=r"cannot read http://127\.0\.0\.1:1/model\.gguf"):
        inspect("http://127.0.0.1:1/model.gguf")
