"""The first words to a worker: whoever else listens is told from one, in bounded time."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import ModelError, rpc_hello
from models.keepalive import connected_to, keep_alive, listening_at
from models.rpc_hello import endpoint_of, greet
from tests.models.rpc import rpc_worker

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.usefixtures("socket_enabled")]

HELLO_BYTES = 33
ANSWER = (28).to_bytes(8, "little") + bytes([7, 0, 0, 0]) + bytes(24)

Answers = Callable[[socket.socket], object]


@contextmanager
def listener(answers: Answers) -> Iterator[str]:
    """The endpoint of somebody who takes one client, hears its hello, and does as told."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.settimeout(20)
                client.recv(HELLO_BYTES)
                answers(client)

        thread = Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def says(answer: bytes) -> Answers:
    return lambda client: client.sendall(answer)


def is_silent(client: socket.socket) -> None:
    client.recv(1)  # until the other side has had enough


def trickles(client: socket.socket) -> None:
    """Never so silent that one wait would be too long."""
    for byte in ANSWER * 4:
        try:
            client.sendall(bytes([byte]))
        except OSError:
            return
        time.sleep(0.05)


def test_a_worker_is_greeted_and_stays_free_for_others() -> None:
    with rpc_worker() as worker:
        greet(worker.endpoint)
        greet(worker.endpoint)


def test_an_answer_of_the_right_size_is_a_worker() -> None:
    with listener(says(ANSWER)) as endpoint:
        greet(endpoint)


@pytest.mark.parametrize(
    "answer",
    [b"", b"\0", ANSWER[:-1], b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(36), b"\xff" * 4096],
    ids=["nothing", "a byte", "too little", "HTTP", "zeros", "too much"],
)
def test_whoever_answers_something_else_is_no_worker(answer: bytes) -> None:
    with listener(says(answer)) as endpoint, pytest.raises(ModelError) as caught:
        greet(endpoint)
    assert caught.value.message == f"what listens at {endpoint} is no RPC worker of this llama.cpp"
    assert "cadre worker" in caught.value.hint


@pytest.mark.parametrize("answers", [is_silent, trickles])
def test_whoever_takes_too_long_is_not_waited_for(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc_hello, "SECONDS", 0.3)
    began = time.monotonic()
    with listener(answers) as endpoint, pytest.raises(ModelError, match="does not answer"):
        greet(endpoint)
    assert time.monotonic() - began < 1.5


def test_a_dead_endpoint_is_told_with_what_to_type() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ModelError) as caught:
        greet(f"127.0.0.1:{port}")
    assert caught.value.message == f"no RPC worker at 127.0.0.1:{port}: connection refused"
    assert caught.value.hint == "start it there: cadre worker"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("", "is no RPC worker"),
        (":", "is no RPC worker"),
        ("127.0.0.1", "is no RPC worker"),
        ("127.0.0.1:", "is no RPC worker"),
        ("127.0.0.1:+5", "is no RPC worker"),
        ("127.0.0.1:٣", "is no RPC worker"),
        ("127.0.0.1:0", "there is no such port"),
        ("127.0.0.1:65536", "there is no such port"),
        ("127.0.0.1:" + "9" * 5000, "there is no such port"),
        ("[::1]:50052", "speaks IPv4 alone"),
        ("a..b:50052", "no RPC worker at a..b:50052"),
        ("\0:50052", "no RPC worker at"),
    ],
)
def test_what_is_no_address_is_refused(address: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        endpoint_of(address)


def test_a_worker_has_one_name_however_it_is_written() -> None:
    assert {endpoint_of(f"{host}:0502") for host in ("localhost", "127.0.0.1", " 127.1")} == {
        "127.0.0.1:502"
    }


@given(port=st.text(max_size=8))
def test_a_port_is_a_number_or_refused(port: str) -> None:
    try:
        endpoint = endpoint_of(f"127.0.0.1:{port}")
    except ModelError:
        assert not (
            port.isascii() and port.isdecimal() and 0 < int(port) <= 65535 and port[5:] == ""
        )
    else:
        assert endpoint == f"127.0.0.1:{int(port)}"


def test_connections_and_listeners_are_found_and_kept_alive() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for one in listening_at("127.0.0.1", port):
            keep_alive(one)
        with socket.create_connection(("127.0.0.1", port)) as ours:
            accepted, _ = server.accept()
            with accepted:
                for one in connected_to(f"127.0.0.1:{port}"):
                    keep_alive(one)
                for each in (ours, accepted):
                    assert each.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                    assert each.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 5
                accepted.sendall(b"still open")
                assert ours.recv(10) == b"still open"
    assert not list(listening_at("127.0.0.1", port))
