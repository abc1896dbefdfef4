"""A chat model that says what it was told to: to test graphs without a model.

    model = ScriptedModel([Turn(role="testing", text="3 passed"), Turn(text="anyone")])

A turn with a role answers the calls of that label by their POSITION in the conversation (how many
AIMessages the prompt holds already), so that a process killed and resumed gets the same turn. The
longest matching role wins. A turn of `replies` answers every call whose last message holds its key;
the longest key wins, and "" is in every message. A turn without a role is used once, in the order
of the calls. Tokens are counted as words. `calls` lists what the model was asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from pydantic import PrivateAttr

from models.chat import ChatModel
from models.errors import GenerationError
from models.options import Options
from models.pieces import Pieces
from models.scripted_pieces import ScriptedPieces
from models.turn import Turn, read_script


@dataclass(frozen=True)
class ReceivedCall:
    """One call as the scripted model received it."""

    label: str
    messages: tuple[BaseMessage, ...]
    tools: tuple[dict[str, Any], ...]
    options: Options
    turn: Turn | None
    """What it was answered with; None where the script held no turn."""

    @property
    def position(self) -> int:
        """How many answers its conversation held already."""
        return sum(isinstance(message, AIMessage) for message in self.messages)


class ScriptedModel(ChatModel):
    """Answers from a list of turns; see the module's text for which turn answers which call."""

    model: str = "scripted"
    turns: tuple[Turn, ...] = ()
    replies: Mapping[str, Turn] = {}
    """Turns by a text of the last message, used as often as it is asked."""

    _calls: list[ReceivedCall] = PrivateAttr(default_factory=list)
    _used: int = PrivateAttr(default=0)
    _lock: Lock = PrivateAttr(default_factory=Lock)

    def __init__(self, turns: Sequence[Turn] = (), **kwargs: Any) -> None:
        super().__init__(turns=tuple(turns), **kwargs)

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Its script is all that it is made of."""
        return True

    @property
    def lc_attributes(self) -> dict[str, Any]:
        """The script as JSON."""
        return {
            "turns": [_json(turn) for turn in self.turns],
            "replies": {text: _json(turn) for text, turn in self.replies.items()},
        }

    @classmethod
    def from_file(cls, path: Path) -> ScriptedModel:
        """The model that `scripted:FILE` means; a bad file is a ModelError."""
        return cls(read_script(path), model=f"scripted:{path}")

    @property
    def calls(self) -> tuple[ReceivedCall, ...]:
        """What it was asked, in the order of the calls."""
        return tuple(self._calls)

    def get_num_tokens(self, text: str) -> int:
        """Words."""
        return len(text.split())

    def _open(self, messages: Sequence[BaseMessage], options: Options) -> Pieces:
        with self._lock:
            turn = self._turn(messages, options.label)
            call = ReceivedCall(options.label, tuple(messages), options.tools, options, turn)
            self._calls.append(call)
        if turn is None:
            raise GenerationError(
                f"the script has no turn for {options.label or 'a call without label'!r} "
                f"at position {call.position}",
                'add a turn with that role, or one with no role, to the script\'s "turns"',
            )
        return ScriptedPieces(turn, messages, options)

    def _turn(self, messages: Sequence[BaseMessage], label: str) -> Turn | None:
        own = _turns_of(label, self.turns)
        if own:
            position = sum(isinstance(message, AIMessage) for message in messages)
            return own[position] if position < len(own) else None
        if found := [text for text in self.replies if text in messages[-1].text]:
            return self.replies[max(found, key=len)]
        anyone = [turn for turn in self.turns if turn.role is None]
        if self._used >= len(anyone):
            return None
        self._used += 1
        return anyone[self._used - 1]


def _turns_of(label: str, turns: Sequence[Turn]) -> list[Turn]:
    """The turns of the longest role that `label` begins with, part by part."""
    parts = label.split("/")
    for length in range(len(parts), 0, -1):
        role = "/".join(parts[:length])
        if own := [turn for turn in turns if turn.role == role]:
            return own
    return []


def _json(turn: Turn) -> dict[str, Any]:
    return turn.model_dump(mode="json", exclude_defaults=True)
