"""What a parser gives out for a text that is cut somehow."""

from collections.abc import Sequence
from itertools import pairwise

from models.calls import HERMES, XML, CallFormat, Tools
from models.pieces import AnswerText, Piece

FORMATS = (HERMES, XML)


def events(form: CallFormat, parts: Sequence[str], tools: Tools = ()) -> list[Piece]:
    """The calls in order, and before them all the text in one; whoever streams joins it so too."""
    parser = form.parser(tools)
    out = [event for part in parts for event in parser.feed(part)] + list(parser.close())
    text = "".join(event.text for event in out if isinstance(event, AnswerText))
    calls = [event for event in out if not isinstance(event, AnswerText)]
    assert parser.calls == len(calls)
    return [*([AnswerText(text)] if text else []), *calls]


def joined(form: CallFormat, parts: Sequence[str], tools: Tools = ()) -> list[Piece]:
    """All events in order, neighbouring texts as one."""
    parser = form.parser(tools)
    out: list[Piece] = []
    for event in [*(e for part in parts for e in parser.feed(part)), *parser.close()]:
        if isinstance(event, AnswerText) and out and isinstance(last := out[-1], AnswerText):
            out[-1] = AnswerText(last.text + event.text)
        else:
            out.append(event)
    return out


def cut(text: str, cuts: Sequence[int]) -> list[str]:
    """`text` in pieces, at any numbers."""
    edges = [0, *sorted(at % (len(text) + 1) for at in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]
