"""The mark that stands where a secret stood, and the number that tells one secret from another.

`[secret:github-token#2]` says what kind of secret it was and that it is the second of its kind in
this process; it is no hash, so nothing about the secret can be computed from it. What is kept to
know a secret again is a digest under a key that ends with the process.
"""

import hashlib
import os
import re
from threading import Lock

MARK = re.compile(r"\[secret:[a-z0-9-]{1,40}(?:#[0-9]{1,6})?\]")
"""A mark as it stands in a text."""

MOST = 50_000
"""Secrets that are told apart; later ones are marked with their kind alone."""

_KEY = os.urandom(32)
_numbers: dict[bytes, int] = {}
_counts: dict[str, int] = {}
_lock = Lock()


def mark(kind: str, secret: str) -> str:
    """The secret's mark, the same for the same secret as long as the process lives."""
    content = f"{kind}\0{secret}".encode(errors="surrogatepass")
    digest = hashlib.blake2b(content, key=_KEY, digest_size=16).digest()
    with _lock:
        number = _numbers.get(digest)
        if number is None:
            if len(_numbers) >= MOST:
                return f"[secret:{kind}]"
            number = _counts[kind] = _counts.get(kind, 0) + 1
            _numbers[digest] = number
    return f"[secret:{kind}#{number}]"


def has_marks(text: str) -> bool:
    """Whether secrets were masked in the text; such a text must not be written to a file."""
    return "[secret:" in text and MARK.search(text) is not None
