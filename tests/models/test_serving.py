"""Many requests on one context: shared prefixes, turns with thinking, calls, full queues."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from models import GenerationError
from models.calls import HERMES
from models.engine import Engine
from models.engine_events import Admitted, EngineEvent, Finished, Stepped
from models.engine_options import EngineOptions
from models.local import LocalChatModel
from models.pieces import AnswerText, Done, Piece, ThinkingText
from models.request import Request
from models.sampling import Sampling
from models.thinking import Phase
from models.usage import Usage
from models.vocabulary import Segment
from tests.models.conftest import Loader
from tests.models.tiny import write_tiny

GREEDY = Sampling(temperature=0, top_p=1, top_k=0, min_p=0)
WARM = Sampling(temperature=1, top_p=0.95, top_k=20, min_p=0, seed=3)
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {
                "type": "object",
                "properties": {"n": {"enum": [1, 2]}},
                "required": ["n"],
            },
        },
    }
    for name in ("read", "list")
]


def _tokens(engine: Engine, text: str) -> tuple[int, ...]:
    return tuple(engine.vocabulary.plain(text))


def _answer(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, AnswerText))


def _done(pieces: list[Piece]) -> Done:
    assert isinstance(pieces[-1], Done)
    return pieces[-1]


def test_two_that_wait_on_one_new_prefix_compute_it_once(load: Loader, qwen3_file: Path) -> None:
    engine = load(qwen3_file, batch=64)
    shared = _tokens(engine, "one two three four five six seven eight nine ten " * 20)
    asked = [Request((*shared, 100 + n), GREEDY, max_tokens=4) for n in range(4)]
    dones = [_done(list(stream)) for stream in [engine.submit(request) for request in asked]]
    assert engine.metrics().counts.prefilled_tokens == len(shared) + 4
    assert [done.usage.reused_tokens for done in dones] == [0, *[len(shared)] * 3]
    assert all(done.usage.occupancy > 1 for done in dones)


def test_a_long_prompt_holds_up_the_others_by_one_batch_at_most(
    qwen3_file: Path,
) -> None:
    steps: list[Stepped] = []

    def hear(event: EngineEvent) -> None:
        if isinstance(event, Stepped):
            steps.append(event)

    options = EngineOptions(context_tokens=1024, batch=32, threads=1)
    engine = Engine.load(qwen3_file, options, listener=hear)
    try:
        talking = engine.submit(Request((7,), WARM, max_tokens=120))
        next(iter(talking))
        list(engine.submit(Request(tuple(range(1000, 1600)), WARM, max_tokens=1)))
        list(talking)
    finally:
        engine.close()
    during = [step for step in steps if step.prefilled > 8]
    assert len(during) >= 600 // 32
    assert all(step.generated >= 1 and step.prefilled < 32 for step in during)


def test_what_happens_is_told_and_counted(qwen3_file: Path) -> None:
    told: list[EngineEvent] = []
    options = EngineOptions(context_tokens=256, threads=1)
    engine = Engine.load(qwen3_file, options, listener=told.append)
    try:
        list(engine.submit(Request((5, 6, 7), GREEDY, max_tokens=3, label="testing/t1")))
        metrics = engine.metrics()
    finally:
        engine.close()
    assert [event.label for event in told if isinstance(event, Admitted)] == ["testing/t1"]
    finished = [event for event in told if isinstance(event, Finished)]
    assert finished[0].usage.prefilled_tokens == 3
    assert sum(step.prefilled for step in told if isinstance(step, Stepped)) == 3
    assert (metrics.counts.finished, metrics.counts.prefilled_tokens) == (1, 3)
    assert (metrics.running, metrics.waiting, metrics.cells) == (0, 0, 512)
    assert metrics.used_cells == 3 + 2


def test_thinking_of_earlier_turns_is_cut_out_of_the_memory(thinker: LocalChatModel) -> None:
    """No turn computes more than its new message and the tags around it."""
    messages: list[HumanMessage | AIMessage | SystemMessage] = [SystemMessage("Be brief. " * 20)]
    for turn in range(5):
        messages.append(HumanMessage(f"Question {turn} about the weather"))
        answer = thinker.invoke(messages, temperature=0, thinking=True)
        usage = Usage(**answer.response_metadata["usage"])
        assert usage.thinking_tokens == 3
        new = len(thinker.prompt_tokens([messages[-1]]))
        if turn:
            assert usage.prefilled_tokens <= new + 2  # `<|im_end|>` and a line end of the answer
        messages.append(AIMessage(answer.text))


def test_a_system_prompt_and_a_marked_block_are_kept(
    tmp_path: Path, load: Loader, thinking_file: Path
) -> None:
    facts = {"type": "text", "text": "The repository is small. " * 20, "cache_control": {}}

    def ask(question: str) -> Usage:
        chat = LocalChatModel(load(thinking_file, prefix_folder=tmp_path), model="thinks")
        asked = HumanMessage([facts, {"type": "text", "text": question}])
        answer = chat.invoke([SystemMessage("You test. " * 30), asked], temperature=0)
        chat._engine.close()
        return Usage(**answer.response_metadata["usage"])

    first, second = ask("What is broken?"), ask("Is it fast?")
    assert first.reused_tokens == 0
    assert second.prompt_tokens - second.reused_tokens < 15
    assert len(list(tmp_path.glob("*.prefix"))) == 2


def test_a_damaged_prefix_is_computed_again(tmp_path: Path, load: Loader, qwen3_file: Path) -> None:
    asked = Request(tuple(range(1000, 1100)), GREEDY, max_tokens=5, keep=(90,))
    answers = []
    for damage in (False, True, False):
        if damage:
            (file,) = tmp_path.glob("*.prefix")
            file.write_bytes(file.read_bytes()[:-7] + b"damaged")
        engine = load(qwen3_file, prefix_folder=tmp_path)
        pieces = list(engine.submit(asked))
        answers.append((_answer(pieces), _done(pieces).usage.reused_tokens))
        errors = engine.metrics().prefix_errors
        engine.close()
        assert errors == damage
    assert [reused for _, reused in answers] == [0, 0, 90]
    assert len({answer for answer, _ in answers}) == 1


CALLS = {
    "\n": "So", "So": " <", " <": "tool", "tool": "_call", "_call": ">\n", ">\n": "{\"",
    "": "!",
}  # fmt: skip


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory, load: Loader) -> Engine:
    """A model that begins a call in pieces of text, and then would say nothing but "!"."""
    path = tmp_path_factory.mktemp("calls") / "calls.gguf"
    return load(write_tiny(path, follow=CALLS, context=1024))


def test_a_call_is_held_to_its_tools_from_the_tag_on(calling: Engine) -> None:
    """The tag comes in five tokens, the first of which brings a space along."""
    prompt = tuple(calling.vocabulary.tokens([Segment("\n")]))
    asked = Request(
        prompt,
        GREEDY,
        max_tokens=60,
        gbnf=HERMES.gbnf(TOOLS, None, later=True),
        gbnf_after=HERMES.opens,
    )
    text = _answer(list(calling.submit(asked)))
    said, call = text.split(HERMES.opens)
    assert said == "So "
    body, rest = call.split("</tool_call>")
    assert json.loads(body) in [
        {"name": n, "arguments": {"n": v}} for n in ("read", "list") for v in (1, 2)
    ]
    assert rest.startswith("!"), "what follows the call is free again"


HASTY = {
    "\n": "<think>", "<think>": "Let", "Let": " me", " me": "<tool_call>", "<tool_call>": "So",
    "": "<|im_end|>",
}  # fmt: skip


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory, load: Loader) -> LocalChatModel:
    """A model that calls a tool while it thinks."""
    path = tmp_path_factory.mktemp("hasty") / "hasty.gguf"
    return LocalChatModel(load(write_tiny(path, follow=HASTY, context=1024)), model="hasty")


@pytest.mark.parametrize("choice", ["auto", "any", "list"])
def test_a_call_inside_thinking_ends_it_and_is_held_to_the_tools(
    hasty: LocalChatModel, choice: str
) -> None:
    answer = hasty.bind_tools(TOOLS, tool_choice=choice).invoke("Hi", temperature=0, thinking=True)
    thought, *_ = answer.content_blocks
    assert (thought["type"], thought.get("reasoning")) == ("reasoning", "Let me")
    assert answer.response_metadata["thinking"]["closed"] == "model"
    (call,) = answer.tool_calls
    assert call["name"] in ({"read", "list"} if choice != "list" else {"list"})
    assert call["args"]["n"] in (1, 2)
    assert answer.text == ""


CALLS_AGAIN = {"</tool_call>": "\n", "": "<tool_call>"}
"""Wherever it may, it calls a tool."""


@pytest.fixture(scope="module")
def eager(tmp_path_factory: pytest.TempPathFactory, load: Loader) -> LocalChatModel:
    path = tmp_path_factory.mktemp("eager") / "eager.gguf"
    return LocalChatModel(load(write_tiny(path, follow=CALLS_AGAIN, context=1024)), model="eager")


@pytest.mark.parametrize(
    ("choice", "parallel", "several"),
    [
        ("auto", None, True),
        ("auto", True, True),
        ("auto", False, False),
        ("any", None, False),
        ("any", True, True),
        ("any", False, False),
        ("list", True, True),
    ],
)
def test_calls_are_as_many_as_may_be_made(
    eager: LocalChatModel, choice: str, parallel: bool | None, several: bool
) -> None:
    bound = eager.bind_tools(TOOLS, tool_choice=choice, parallel_tool_calls=parallel)
    answer = bound.invoke("Hi", temperature=0, thinking=False, max_tokens=110)
    assert (len(answer.tool_calls) > 1) is several
    assert answer.tool_calls
    assert answer.response_metadata["finish"] == ("length" if several else "tool_calls")


def test_arguments_that_a_grammar_cannot_hold_are_checked(hasty: LocalChatModel) -> None:
    """Nothing fits `not` with an empty schema, and a grammar knows no `not`."""
    never = {"type": "object", "properties": {"n": {"type": "integer", "not": {}}}}
    function = {"name": "read", "parameters": {**never, "required": ["n"]}}
    bound = hasty.bind_tools([{"type": "function", "function": function}])
    answer = bound.invoke("Hi", temperature=0, thinking=True, max_tokens=80)
    (invalid,) = answer.invalid_tool_calls
    assert answer.tool_calls == []
    assert "the argument n" in (invalid["error"] or "")
    assert '"read"' in (invalid["args"] or "")


def test_where_no_tool_may_be_called_a_call_inside_thinking_is_a_thought(
    hasty: LocalChatModel,
) -> None:
    for model in (hasty, hasty.bind_tools(TOOLS, tool_choice="none")):
        answer = model.invoke("Hi", temperature=0, thinking=True)
        assert answer.content_blocks[0].get("reasoning") == "Let me<tool_call>So"
        assert (answer.tool_calls, answer.invalid_tool_calls) == ([], [])
        assert "<tool_call>" not in answer.text


def test_text_without_a_call_is_free(thinker: LocalChatModel) -> None:
    answer = thinker.bind_tools(TOOLS).invoke("Hi", temperature=0)
    assert answer.text == "Hello world"


@pytest.mark.parametrize("penalties", [(9.0, 1.0), (0.0, 2.0)], ids=["presence", "repetition"])
def test_a_penalty_ends_a_loop(smol_engine: Engine, penalties: tuple[float, float]) -> None:
    prompt = _tokens(smol_engine, "The quick brown fox jumps over the lazy dog. " * 6)

    def words(*penalties: float) -> set[str]:
        sampling = Sampling(0, 1, 0, 0, 0, *penalties)
        asked = Request(prompt, sampling, max_tokens=40)
        return {*_answer(list(smol_engine.submit(asked))).split()}

    assert len(words()) < 15
    assert len(words(*penalties)) > len(words())


def test_a_full_queue_refuses_and_serves_on(load: Loader, qwen3_file: Path) -> None:
    engine = load(qwen3_file, queue=2, parallel=1)
    running = engine.submit(Request((7,), WARM, max_tokens=200))
    next(iter(running))
    waiting = [engine.submit(Request((7,), GREEDY, max_tokens=1)) for _ in range(2)]
    with pytest.raises(GenerationError, match="2 requests wait for this model already"):
        engine.submit(Request((7,), GREEDY))
    running.close()
    assert [_done(list(stream)).finish for stream in waiting] == ["length", "length"]


def test_a_more_urgent_request_parks_another(load: Loader, qwen3_file: Path) -> None:
    engine = load(qwen3_file, parallel=1)
    slow = engine.submit(Request((7,), GREEDY, max_tokens=60, priority=5))
    next(iter(slow))
    list(engine.submit(Request((8,), GREEDY, max_tokens=2, priority=0)))
    assert engine.metrics().parked == 1
    assert _done(list(slow)).usage.answer_tokens == 60


def test_a_seed_gives_the_same_text_in_the_same_batch(load: Loader, qwen3_file: Path) -> None:
    def together() -> list[str]:
        engine = load(qwen3_file)
        sampling = [Sampling(1.0, 0.95, 20, 0.0, seed=n) for n in range(4)]
        asked = [Request((50 + n,), one, max_tokens=12) for n, one in enumerate(sampling)]
        streams = [engine.submit(request) for request in asked]
        answers = [_answer(list(stream)) for stream in streams]
        engine.close()
        return answers

    assert together() == together()


def test_a_closing_sentence_of_ones_own(load: Loader, qwen3_file: Path) -> None:
    engine = load(qwen3_file, closing=" Enough.")
    asked = Request((7, 151667), WARM, Phase.THINKING, thinking_budget=2, max_tokens=20)
    pieces = list(engine.submit(asked))
    thought = "".join(piece.text for piece in pieces if isinstance(piece, ThinkingText))
    assert thought.endswith(" Enough.")


def test_experts_are_counted_by_role(load: Loader, qwen3moe_file: Path) -> None:
    engine = load(qwen3moe_file, tap_experts=True)
    roles = ["testing/t1", "ci_cd/t2", "testing/t3"]
    asked = [Request((60 + n, 7), GREEDY, max_tokens=5, label=role) for n, role in enumerate(roles)]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda request: list(engine.submit(request)), asked))
    usage = engine.experts()
    assert usage.by_label.keys() == {"testing", "ci_cd"}
    first_layer = {role: sum(counts.layers[0]) for role, counts in usage.by_label.items()}
    # Two experts a token; two tokens of prompt, and five of which the last is not computed.
    assert first_layer == {"testing": 2 * 2 * (2 + 4), "ci_cd": 2 * (2 + 4)}
    assert load(qwen3moe_file).experts().counts.total == 0
