"""The same against a real llama-server, where one is found: LLAMA_SERVER, `.peers`, or the PATH."""

from collections.abc import Iterator
from threading import Thread

import pytest
from langchain_core.messages import AIMessage

from models.errors import GenerationError, ModelError
from models.remote import Endpoint, Patience, RemoteChatModel, reach
from tests.models.remote.byte_model import write_byte_model
from tests.models.remote.llama_server import LlamaServer, binary

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(binary() is None, reason="needs llama-server"),
]
KEY = "-".join(["not", "a", "real", "key"])
SAID = "!" * 400
CALL = {
    "type": "function",
    "function": {
        "name": "say",
        "description": "says it",
        "parameters": {
            "type": "object",
            "properties": {"text": {"const": SAID}},
            "required": ["text"],
        },
    },
}
PATIENCE = Patience(connect=5, tries=100, first_wait=0.1, longest_wait=0.3)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    program = binary()
    assert program is not None
    model = write_byte_model(tmp_path_factory.mktemp("bytes") / "bytes.gguf")
    server = LlamaServer(program, model, KEY)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
def there(server: LlamaServer, socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    monkeypatch.setenv("BYTES_KEY", KEY)
    server.wait()
    return Endpoint(urls=(server.url,), model="bytes", key_env="BYTES_KEY", patience=PATIENCE)


@pytest.fixture
def chat(there: Endpoint) -> RemoteChatModel:
    return RemoteChatModel(there, model="there", temperature=0, thinking=False)


def args(answer: AIMessage) -> list[dict[str, object]]:
    return [call["args"] for call in answer.tool_calls]


def waited(answer: AIMessage) -> float:
    """Seconds until the try that succeeded."""
    return float(answer.response_metadata["usage"]["queued_seconds"])


def test_it_answers_and_counts(chat: RemoteChatModel) -> None:
    answer = chat.invoke("Hello", max_tokens=8)
    assert answer.text.startswith("<tool_call>\n<tool_call>")
    assert answer.response_metadata["finish"] == "length"
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["input_tokens"] > 20
    assert answer.usage_metadata["output_tokens"] == 8


def test_it_lists_its_model(there: Endpoint) -> None:
    (found,) = reach(there)
    assert ("bytes" in found.models, found.error) == (True, None)


def test_a_schema_holds_the_answer(chat: RemoteChatModel) -> None:
    schema = {"type": "object", "properties": {"a": {"const": "b"}}, "required": ["a"]}
    assert chat.with_structured_output(schema, max_tokens=40).invoke("Hello") == {"a": "b"}


def test_a_server_killed_amid_a_call_costs_a_retry_and_no_second_call(
    server: LlamaServer, chat: RemoteChatModel
) -> None:
    bound = chat.bind_tools([CALL])
    answers = [bound.invoke("Hello", max_tokens=500)]
    asking = Thread(target=lambda: answers.append(bound.invoke("Hello", max_tokens=500)))
    asking.start()
    server.wait_for_tokens(20)
    server.kill()
    server.start()
    asking.join()
    undisturbed, disturbed = answers
    assert args(undisturbed) == args(disturbed) == [{"text": SAID}]
    assert len(undisturbed.invalid_tool_calls) == len(disturbed.invalid_tool_calls)
    assert waited(undisturbed) < waited(disturbed)


def test_a_server_killed_amid_a_text_says_nothing_twice(
    server: LlamaServer, chat: RemoteChatModel
) -> None:
    said, cut = "", False
    for chunk in chat.stream("Hello", max_tokens=300):
        said += chunk.text
        if said and not cut:
            server.kill()
            server.start()
            cut = True
    assert said == "<tool_call>\n" * 150


def test_a_wrong_key_is_told(there: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYTES_KEY", "another")
    with pytest.raises(ModelError, match="does not accept the key in BYTES_KEY"):
        RemoteChatModel(there, model="there").invoke("Hello")


def test_a_wrong_name_is_told(there: Endpoint) -> None:
    with pytest.raises(ModelError, match="has no model 'byte'") as caught:
        RemoteChatModel(there.named("byte"), model="there").invoke("Hello")
    assert caught.value.hint == "it has bytes"


def test_a_prompt_that_does_not_fit_is_told(chat: RemoteChatModel) -> None:
    with pytest.raises(GenerationError, match="too long") as caught:
        chat.invoke("Hello " * 2000)
    assert "llama-server -c" in caught.value.hint
