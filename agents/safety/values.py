"""Whether what stands beside a name is a secret, or a placeholder, code, a path, a number."""

import re

from agents.safety.entropy import is_random, is_readable

JUDGED = 200
"""Characters of a value that are looked at; the rest is as they are."""

PASSWORD = re.compile(r"pass|pwd|contrase", re.IGNORECASE)

_PLACEHOLDER = re.compile(
    r".*(?:abcdefgh|01234567).*|[$%#@]?[{(<\[].*|\$\w+.*|%\w*%?|.*\$\{.*|.*\{\{.*|.*%\(\w+\)s.*|[*xX.…•?_\-#]+"
    r"|!(?:ref|sub|getatt|vault|secret|env).*|(?:enc|arn|vault|op|ssm|kms|secret|file|env|ref|sha\d+)[:\[].*"
    r"|.*(?:your[-_ ]|my[-_]|-here|_here|redacted|changeme|change[-_]me|example|placeholder).*"
    r"|.*(?:dummy|\.\.\.|…).*"
    r"|(?:none|null|nil|true|false|undefined|required|optional|string|str|bytes|text|hidden|secret|token"
    r"|password|passwd|passphrase|pass|pwd|bearer|basic|inherit|default|empty|prompt|yes|no|write|read"
    r"|admin|user|username|any|object|number|integer|boolean|env|self|this|input|test|testing|unknown"
    r"|missing|invalid|expired|incorrect|wrong|auto|never|always)[,;.:!]*",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)*[(\[].*|[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+[,;:)]*"
    r"|&?\*?[A-Za-z_]+[,;:)\]}]*|[{(\[<&|+=~!].*"
)
_PATH = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?[/\\][\w./\\@ -]*|\w+://.*|[\w.-]+(?:/[\w.-]+)+")
_NUMBER = re.compile(
    r"[-+~]?\d+(?:[.,:]\d+)+\s?[a-z%]{0,3}|\d{4}-\d\d-\d\d.*|v?\d+(?:\.\d+)+(?:[-+.].*)?|[\d.,]+[a-z%]{0,3}",
    re.IGNORECASE,
)

_MIXED = re.compile(r"[A-Za-z][0-9@$!#]+[A-Za-z]")


def is_placeholder(value: str) -> bool:
    """Whether the value stands for a secret and is none."""
    return _PLACEHOLDER.fullmatch(value[:JUDGED]) is not None


def is_path(value: str) -> bool:
    """Whether the value is a path or an address, whose parts are words."""
    return _PATH.fullmatch(value) is not None and ("://" in value or is_readable(value))


def is_secret(name: str, value: str, *, quoted: bool, tight: bool) -> bool:
    """Whether the value beside the name is a secret; `tight`: a lone `=` parts them."""
    value = value[:JUDGED]
    if len(value) < 4 or is_placeholder(value) or is_path(value):
        return False
    if not quoted and _CODE.fullmatch(value):
        return tight and name.isupper() and value.isalpha() and len(value) >= 6
    if _NUMBER.fullmatch(value):
        return PASSWORD.search(name) is not None and value.isdigit() and (quoted or len(value) >= 6)
    if PASSWORD.search(name):
        return _is_password(value, quoted)
    return " " not in value and is_random(value)


def _is_password(value: str, quoted: bool) -> bool:
    """Anything that is no prose; without quotes, what has more than letters."""
    if " " in value:
        return quoted and (_MIXED.search(value) is not None or _is_phrase(value))
    return quoted or not re.sub(r"[-_.]", "", value).isalpha()


def _is_phrase(value: str) -> bool:
    """Four words and more in small letters, without a sentence's end."""
    return value.count(" ") >= 3 and value.replace(" ", "").isalpha() and value.islower()
