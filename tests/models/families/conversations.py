"""Conversations by seed, each as LangChain's messages and as the dictionaries that templates read.

Texts are made of what breaks renderers: tags, spaces at the ends, Unicode, nothing at all.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

WORDS = (
    "", "a", "Look at it.", " ", "\n", "\n\n", "\t", "  two  ", "é", "日本語", "👩‍💻", "\u00a0",
    "“x”", '"', "'", "\\", "\\n", "{{ x }}", "{% if %}", "&lt;b&gt;", "0", "null", "[INST]", "%s",
    "a < b > c",
)  # fmt: skip
TAGS = (
    "<think>", "</think>", "<think>\n\n</think>\n\n", "<tool_call>", "</tool_call>", "<|im_end|>\n",
    "<|im_start|>system\n", "<tool_response>", "</tool_response>", "</parameter>", "<function=x>",
)  # fmt: skip
KEYS = ("path", "name", "type", "items", "é", "a b", "description")


@dataclass
class Conversation:
    """The same conversation twice."""

    messages: list[BaseMessage] = field(default_factory=list)
    dicts: list[dict[str, Any]] = field(default_factory=list)
    tools: list[dict[str, Any]] = field(default_factory=list)
    switch: bool | None = None
    """What the latest user turn says of thinking."""


class Maker:
    """Makes one conversation."""

    def __init__(self, seed: int, *, tags: bool = True, strict: bool = False) -> None:
        """`strict`: only what Qwen3.5's template takes, which wants a query and one system turn."""
        self._random = Random(seed)
        self._words, self._tags = (WORDS + TAGS if tags else WORDS), tags
        self._strict = strict
        self.made = Conversation()

    def make(self) -> Conversation:
        """The conversation."""
        made, chance = self.made, self._random.random
        made.tools = [self._tool() for _ in range(self._random.choice((0, 0, 1, 2)))]
        if chance() < 0.5:
            self._say(SystemMessage, "system", self._text())
        if self._strict or chance() < 0.95:
            self._ask(f"q{self._text()}")
        for _ in range(self._random.randrange(7)):
            self._random.choice((self._user, self._answer, self._steps, self._late_system))()
        if not made.messages:
            self._user()  # Qwen's templates fail where there is nothing
        return made

    def _user(self) -> None:
        if self._tags and self._random.random() < 0.15:
            self._ask(f"<tool_response>{self._text()}</tool_response>")
        else:
            self._ask(self._text())

    def _ask(self, text: str) -> None:
        self.made.switch = None
        for word in self._random.choice(
            ((), (), (), ("/think",), ("/no_think",), ("/think", "/no_think"))
        ):
            text, self.made.switch = f"{text} {word}", word == "/think"
        self._say(HumanMessage, "user", text)

    def _late_system(self) -> None:
        if not self._strict and self._random.random() < 0.3:
            self._say(SystemMessage, "system", self._text())

    def _steps(self) -> None:
        """Calls, and their results one after another."""
        for _ in range(self._random.randrange(1, 4)):
            self._answer(self._random.randrange(1, 4))
            for number in range(self._random.randrange(1, 4)):
                text = self._text()
                self.made.messages.append(ToolMessage(text, tool_call_id=str(number)))
                self.made.dicts.append({"role": "tool", "content": text})

    def _answer(self, calls: int = 0) -> None:
        text, thought = self._text(), self._random.choice((None, None, self._text()))
        named = [(self._random.choice(("read", "lésen")), self._arguments()) for _ in range(calls)]
        message: dict[str, Any] = {"role": "assistant", "content": text}
        content: Any = text
        if thought is not None:
            message["reasoning_content"] = thought
            content = [{"type": "reasoning", "reasoning": thought}, {"type": "text", "text": text}]
        if named:
            message["tool_calls"] = [
                {"type": "function", "function": {"name": name, "arguments": arguments}}
                for name, arguments in named
            ]
        said = [{"name": name, "args": args, "id": "1"} for name, args in named]
        self.made.messages.append(AIMessage(content, tool_calls=said))
        self.made.dicts.append(message)

    def _say(self, kind: type[BaseMessage], role: str, text: str) -> None:
        self.made.messages.append(kind(content=text))
        self.made.dicts.append({"role": role, "content": text})

    def _text(self) -> str:
        return "".join(self._random.choices(self._words, k=self._random.randrange(5)))

    def _arguments(self) -> dict[str, Any]:
        return {key: self._value(2) for key in self._random.sample(KEYS, self._random.randrange(4))}

    def _value(self, depth: int) -> Any:
        plain = (self._text(), 7, -1.5, True, False, None, 10**20, 1e30)
        if depth and self._random.random() < 0.4:
            inner = [self._value(depth - 1) for _ in range(self._random.randrange(3))]
            return inner if self._random.random() < 0.5 else dict(zip(KEYS, inner, strict=False))
        return self._random.choice(plain)

    def _tool(self) -> dict[str, Any]:
        some = self._random.random
        function: dict[str, Any] = {"name": self._random.choice(("read", "run"))}
        if some() < 0.8:
            function["description"] = self._text()
        if some() < 0.9:
            function["parameters"] = self._parameters()
        if some() < 0.3:
            function["strict"] = True
        return {"type": "function", "function": function}

    def _parameters(self) -> dict[str, Any]:
        names = self._random.sample(KEYS, self._random.randrange(4))
        parameters: dict[str, Any] = {"type": "object"}
        if self._random.random() < 0.9:
            parameters["properties"] = {name: self._schema() for name in names}
        if self._random.random() < 0.5:
            parameters["required"] = names
        return parameters

    def _schema(self) -> dict[str, Any]:
        whole = {
            "type": self._random.choice(("string", "integer", ["string", "null"])),
            "description": self._text(),
            "enum": [self._text(), 1, None],
            "default": self._value(1),
            "items": {"type": "string"},
        }
        kept = self._random.sample(list(whole), self._random.randrange(len(whole) + 1))
        return {key: whole[key] for key in kept}
