"""Servers on loopback, asked with little patience."""

from collections.abc import Iterator

import pytest

from models.remote import Endpoint, Patience, RemoteChatModel
from tests.models.remote.served import Served, serve

BRIEF = Patience(
    connect=30, first_token=60, next_token=60, tries=4, first_tries=2, first_wait=0.01, left_out=60
)
"""Time enough for a machine that is busy with other tests, and hardly any between tries."""


@pytest.fixture
def served(socket_enabled: None) -> Iterator[Served]:
    with serve() as server:
        yield server


@pytest.fixture
def other(socket_enabled: None) -> Iterator[Served]:
    with serve() as server:
        yield server


def endpoint(*urls: str, **given: object) -> Endpoint:
    return Endpoint.model_validate({"urls": urls, "patience": BRIEF, **given})


@pytest.fixture
def chat(served: Served) -> RemoteChatModel:
    return RemoteChatModel(endpoint(served.url), model="there")
