"""How a person names servers, and what is no address."""

import pytest
from pydantic import ValidationError

from models.errors import ModelError
from models.remote import Endpoint, endpoint_of


@pytest.mark.parametrize(
    ("typed", "url", "model"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1", ""),
        (" http://host:8000/#Qwen/Qwen3-8B ", "http://host:8000/v1", "Qwen/Qwen3-8B"),
        ("HTTPS://host/v1/#a%20b", "https://host/v1", "a b"),
        ("http://host/api/v3", "http://host/api/v3", ""),
        ("http://host/openai", "http://host/openai/v1", ""),
        ("http://host/v1/chat/completions#qwen3:8b", "http://host/v1", "qwen3:8b"),
        ("http://[::1]:8080", "http://[::1]:8080/v1", ""),
    ],
)
def test_an_address_means_its_interface(typed: str, url: str, model: str) -> None:
    found = endpoint_of(typed, {})
    assert (found.urls, found.model) == ((url,), model)


@pytest.mark.parametrize(
    "typed",
    ["http://", "http:///v1", "ftp://host", "http://host:port", "http://host:99999", "http://a b",
     "http://[::1", "http://host\x1b[0m", "//host", "", "#model"],
)  # fmt: skip
def test_what_is_no_address_is_told(typed: str) -> None:
    with pytest.raises(ModelError, match="a model at a server needs an address") as caught:
        Endpoint.at(typed)
    assert caught.value.hint.startswith("http://HOST:PORT")


@pytest.mark.parametrize(
    "typed", ["http://user:word@host", "http://word@host", "http://h?key=word"]
)
def test_an_address_with_a_key_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(ModelError, match="without a password or a key") as caught:
        Endpoint.at(typed)
    assert "word@" not in str(caught.value)
    assert "=word" not in str(caught.value)
    with pytest.raises(ValidationError) as refused:
        Endpoint(urls=(typed,))
    assert "word@" not in str(refused.value)


def test_settings_name_servers_once_each() -> None:
    found = Endpoint.model_validate(
        {"urls": ["http://a:1", "http://a:1/v1/", "http://b:1"], "model": "m", "key_env": "A_KEY"}
    )
    assert found.urls == ("http://a:1/v1", "http://b:1/v1")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"urls": []},
        {"urls": ["http://a#model"]},
        {"urls": ["http://a"], "key_env": "$KEY"},
        {"urls": ["http://a"], "key_env": "pasted_key"},
        {"urls": ["http://a"], "key": "word"},
        {"urls": ["http://a"], "patience": {"tries": 0}},
        {"urls": ["http://a"], "patience": {"connect": float("inf")}},
    ],
)
def test_settings_that_cannot_be_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        Endpoint.model_validate(given)
    assert "pasted" not in str(refused.value)


def test_a_name_means_the_settings_own() -> None:
    known = {"big": Endpoint(urls=("http://a:1",), model="m")}
    assert endpoint_of("endpoint:big", known) is known["big"]
    assert endpoint_of("endpoint:big#other", known).model == "other"


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    known = {"big": Endpoint(urls=("http://a:1",)), "small": Endpoint(urls=("http://a:2",))}
    with pytest.raises(ModelError, match="no endpoint 'bigg'") as caught:
        endpoint_of("endpoint:bigg", known)
    assert caught.value.hint.startswith("did you mean big, small? add [endpoints.bigg]")
