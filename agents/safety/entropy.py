"""Whether a word looks drawn at random, as keys are, or made up by a person, as names are."""

import math
import re
from collections import Counter
from itertools import pairwise

_PARTS = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z][a-z])")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_RUNS = re.compile(r"[A-Za-z0-9]+")
_NAME = re.compile(r"[A-Za-z]{1,14}\d{0,2}|\d{1,6}|[a-z]{1,3}\d{1,6}|[A-Z]{1,3}\d{1,6}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX = re.compile(r"[0-9a-fA-F]+")
_SPOKEN = re.compile(r"[aeiouyAEIOUY]")


def entropy(word: str) -> float:
    """Shannon's entropy of the word's characters, in bits a character."""
    total = len(word)
    return -sum(n / total * math.log2(n / total) for n in Counter(word).values())


def is_uuid(word: str) -> bool:
    """Whether the word is a UUID."""
    return _UUID.fullmatch(word) is not None


def is_hex(word: str) -> bool:
    """Whether the word is a number to base 16, as hashes are written."""
    return _HEX.fullmatch(word) is not None


def is_readable(word: str) -> bool:
    """Whether the word consists of names and short numbers: `prod-db-2`, `settings.SecretKey`."""
    parts = [part for part in _PARTS.split(word) if part]
    if len(word) >= 12 and (len(word) < 3 * len(parts) or _shuffled(word)):
        return False
    return all(_NAME.fullmatch(part) and not _unspoken(part) for part in parts)


def is_random(word: str) -> bool:
    """Whether the word, of eight characters or more, looks drawn at random."""
    if len(word) < 8 or is_readable(word):
        return False
    if is_uuid(word):
        return True
    if not any(map(str.isalpha, word)):
        return False
    if any(map(str.isdigit, word)):
        return entropy(word) >= (2.6 if len(word) < 16 else 2.9)
    return len(word) >= 16 and entropy(word) >= 3.4 and _switches(word) >= len(word) / 6


def _unspoken(part: str) -> bool:
    """Seven letters and more without a vowel are no word."""
    return len(part) >= 7 and part.isalpha() and _SPOKEN.search(part) is None


def _shuffled(word: str) -> bool:
    """Sixteen letters and more, upper and lower so mixed that no words can be told in them."""
    return any(
        len(run) >= 16 and len(run) < 4.5 * len(_CAMEL.split(run)) for run in _RUNS.findall(word)
    )


def _switches(word: str) -> int:
    """How often upper case follows lower case: seldom in names, often in random words."""
    return sum(a.islower() and b.isupper() for a, b in pairwise(word))
