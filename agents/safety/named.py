"""Values that stand beside a name such as `password` or `api_key`: which of them are secrets.

A name says much and a value says more: `password=None`, `token: ${TOKEN}` and `secret_name: db`
hold none, in code a call or an attribute holds none, and a name made of words is not a key.
"""

import re
from collections.abc import Iterator

from agents.safety.entropy import is_hex, is_random
from agents.safety.span import Span
from agents.safety.values import PASSWORD, is_path, is_secret

_HINT = re.compile(r"pass|pwd|secret|token|credential|_auth|bearer|pat|key|session|sig|contrase")
_HINT_ANY = re.compile(_HINT.pattern, re.IGNORECASE)
"""How every such name begins, or ends; what is found so is looked at closely."""

_WORD = re.compile(
    r"(?:pass(?:word|wd|phrase|code|wort)|pwd|(?<![a-z])pass(?![a-z])|secret|token|credential"
    r"|_auth(?![a-z])|(?<![a-z])bearer(?![a-z])|(?<![a-z])pat(?=[\"']?[=:])|key(?![a-z])"
    r"|session_?id(?=[\"']?[=:])|(?<![a-z_.])session(?==)|(?<=[?&;])sig(?==)"
    r"|(?<=x-amz-)signature|contraseña)[a-z0-9_.-]{0,40}",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"(?:api|access|private|secret|auth|account|service|client|encrypt(?:ion)?|sign(?:ing)?"
    r"|master|shared|storage|db|database|ssh|gpg|deploy|license|subscription|consumer|session"
    r"|hmac|jwt|aes|admin|app|webhook|functions?|host)[_. -]?key$",
    re.IGNORECASE,
)
"""Keys that open something; others sort, cache and index."""

_JOINED = re.compile(
    r"(?P<close>[\\\"'`\])]{0,4})[ \t]{0,8}"
    r"(?::[ \t]?[A-Za-z]\w{1,20}(?:[ ]\|[ ]None)?(?=[ ]?=))?[ \t]{0,8}"
    r"(?P<sign>=>|:=|={1,3}|!==?|:|=|>(?=[^<]))[ \t]{0,8}(?:[rbfu@!](?=[\"']))?"
)
_PAIRED = re.compile(
    r"[\\\"'`]{0,2},?[ \t]{0,8}[\\\"'`]{0,2}value[\\\"'`]{0,2}[ \t]{0,4}[:=][ \t]{0,4}",
    re.IGNORECASE,
)
_TOLD = re.compile(r"[ \t]{1,4}(?:(?:is|was|to|value|of|using|with)[: ][ \t]{0,3}){0,2}")
_COMMAND = re.compile(r"(?:^|\s)(?:ENV|ARG|set|setenv|login\s{1,8}\S{1,40})\s{1,8}$")
_TWO_WORDS = re.compile(r"\s*\S+\s+\S+\s*")
_LISTED = re.compile(r"[\"'],[ \t]{0,4}(?=[\"'])")
_SPACED = re.compile(r"[ \t]{1,8}")

_QUOTED = re.compile(r"(?P<quote>\\?[\"'`])(?P<value>[^\r\n]{1,2000}?)(?P=quote)")
_BARE = re.compile(r"[\"'`]?(?P<value>[^\s\"'`<]{1,2000})")
_NEXT = re.compile(r"[,;&|][ \t]*[A-Za-z_][\w.-]{0,40}[=:]")
_LONG = re.compile(r"[\"'`(]?(?P<value>[A-Za-z0-9+/=_.~-]{20,2000})")

_HARMLESS_NAME = re.compile(
    r"tokeni|tokens$|(?:^|[_.-])(?:next|page|continuation|cancellation|bos|eos|pad|unk|sep|cls|mask|public)"
    r"[_-]?token|secretar|passwordless|(?:token|secret|password|passwd|key|credential|auth)s?[_.-]?"
    r"(?:file|path|name|names|url|uri|type|types|ids?|counts?|len|length|size|limit|limits|expiry"
    r"|expires?|expiration|expired|ttl|age|lifetime|regex|pattern|env|var|field|label|hint|prompt|enabled"
    r"|required|policy|arn|ref|dir|folder|endpoint|header|prefix|suffix|index|manager|store|budget|usage"
    r"|stdin|only|reset|min|max|min_length|max_length|version|format|class|input|function|protected"
    r"|auth|key_ref|usage|bucket|scopes?|algorithm|alg|sha|mode|placeholder|help|error|invalid|change"
    r"|changed|rotation|rule|rules|method|provider|source|ring|board|word|words|kind|position|pos|offset"
    r"|start|end|line|s)$",
    re.IGNORECASE,
)


def named_values(line: str) -> Iterator[Span]:
    """The secrets of the line that stand beside a name that tells them."""
    for name, end in _names(line):
        span = _assigned(line, name, end) or _paired(line, name, end) or _listed(line, name, end)
        span = span or _option(line, name, end) or _told(line, name, end)
        if span:
            yield span


def secret_beside(name: str, line: str, start: int) -> Span | None:
    """The value that begins at `start`, where it is a secret if `name` names it."""
    named = any(True for _ in _names(name))
    return _value(line, start, name, tight=False) if named else None


def kind_of(name: str) -> str:
    """The kind of secret that a name tells."""
    lower = name.lower()
    if PASSWORD.search(lower):
        return "password"
    return next((kind for kind in ("token", "key", "secret") if kind in lower), "token")


def _names(line: str) -> Iterator[tuple[str, int]]:
    """The identifiers of the line that name a secret, each with where it ends."""
    low, end = line.lower(), 0
    hints = _HINT.finditer(low) if len(low) == len(line) else _HINT_ANY.finditer(line)
    for hint in hints:
        start = hint.start()
        match = _WORD.match(line, start) if start >= end else None
        if match is None or (hint.group().lower() == "key" and not _opens(line, start)):
            continue
        end = match.end()
        name = line[_begin(line, start) : end]
        if not _HARMLESS_NAME.search(name):
            yield name, end


def _opens(line: str, start: int) -> bool:
    """Whether the key that is named at `start` opens something."""
    return _KEY.search(line[max(0, start - 14) : start] + "key") is not None


def _begin(line: str, start: int) -> int:
    """Where the identifier begins that goes on at `start`."""
    least = max(0, start - 40)
    while start > least and (line[start - 1].isalnum() or line[start - 1] in "_-."):
        start -= 1
    return start


def _assigned(line: str, name: str, end: int) -> Span | None:
    joined = _JOINED.match(line, end)
    if joined is None:
        return None
    tight = joined["sign"] == "=" and joined.end() - joined.start() == 1
    return _value(line, joined.end(), name, tight)


def _paired(line: str, name: str, end: int) -> Span | None:
    """`name: PASSWORD, value: …`."""
    paired = _PAIRED.match(line, end)
    return _value(line, paired.end(), name, tight=False) if paired else None


def _listed(line: str, name: str, end: int) -> Span | None:
    """`define('DB_PASSWORD', '…')`: names and messages stand so too, so it must look random."""
    listed = _LISTED.match(line, end)
    span = _value(line, listed.end(), name, tight=False) if listed else None
    return span if span and is_random(line[span.start : span.end]) else None


def _option(line: str, name: str, end: int) -> Span | None:
    """`--password …`, `ENV TOKEN …`, `password …` alone on its line as in .netrc."""
    spaced = _SPACED.match(line, end)
    if spaced is None:
        return None
    begin = end - len(name)
    before = line[max(0, begin - 60) : begin]
    if name.startswith("-") or _COMMAND.search(before):
        return _value(line, spaced.end(), name, tight=True)
    alone = begin < 60 and not before.strip() and _TWO_WORDS.fullmatch(line)
    return _value(line, spaced.end(), name, tight=False) if alone else None


def _told(line: str, name: str, end: int) -> Span | None:
    """`the token is …`: words of 20 characters and more that look like nothing but a key."""
    told = _TOLD.match(line, end)
    found = _LONG.match(line, told.end()) if told else None
    if found is None:
        return None
    value = found["value"].rstrip(".")
    if is_hex(value) or is_path(value) or not is_random(value):
        return None
    return Span(found.start("value"), found.start("value") + len(value), kind_of(name))


def _value(line: str, start: int, name: str, tight: bool) -> Span | None:
    quoted = _QUOTED.match(line, start)
    found = quoted or _BARE.match(line, start)
    if found is None:
        return None
    value = found["value"] if quoted else _ended(found["value"])
    if not is_secret(name, value, quoted=quoted is not None, tight=tight):
        return None
    begin = found.start("value")
    return Span(begin, begin + len(value), kind_of(name))


def _ended(value: str) -> str:
    """A value without quotes ends before the next assignment, and before closing signs."""
    following = _NEXT.search(value)
    return (value[: following.start()] if following else value).rstrip(",;)]}\\")
