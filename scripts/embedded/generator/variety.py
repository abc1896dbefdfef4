"""How varied the requests are: `python -m generator.variety --seed 1 --count 10000`.

Counts distinct word 3-grams, and near-duplicates: requests whose nearest neighbour among all
shares at least 70 % of their word 3-grams (Jaccard), found by min-hashes in bands. Names are
replaced by one word first, since a new file name makes no new phrase.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from zlib import crc32

from generator.dice import Dice
from generator.request import Wish, wish

NEAR = 0.7
HASHES, ROWS = 32, 4
"""Eight bands of four: a pair of Jaccard 0.7 is met with 89 %, one of 0.85 with more than 99 %."""
MASK = 0xFFFFFFFF
PATH = re.compile(r"\S*[\w/]+[./_#:-]\w\S*|\d+")


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(prog="generator.variety", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10_000)
    asked = parser.parse_args()
    wishes = [wish(Dice(f"{asked.seed}/{number}")) for number in range(asked.count)]
    texts = [one.text for one in wishes]
    print(f"requests: {len(texts)}, distinct: {len(set(texts))}")
    raw = Counter(gram for text in texts for gram in grams(text.lower().split()))
    print(f"distinct word 3-grams: {len(raw)} of {raw.total()}")
    plain = [PATH.sub("NAME", text.lower()) for text in texts]
    bare = Counter(gram for text in plain for gram in grams(text.split()))
    print(
        f"  with names as one word: {len(bare)} of {bare.total()}, "
        f"{sum(n == 1 for n in bare.values())} once"
    )
    print(f"distinct with names as one word: {len(set(plain))}")
    for title, kept in (
        ("as typed", [t.lower() for t in texts]),
        ("with names as one word", plain),
    ):
        near = near_duplicates([set(grams(text.split())) for text in kept])
        print(f"near-duplicates {title}: {near} ({near / len(texts):.1%})")
    words = Counter(len(text.split()) for text in texts)
    print(f"words a request: {sum(n * c for n, c in words.items()) / len(texts):.1f}")
    print(f"by form: {dict(Counter(one.form for one in wishes).most_common())}")
    print(f"by role: {dict(Counter(role for one in wishes for role in roles(one)).most_common())}")
    print(f"by number of roles: {dict(sorted(Counter(len(roles(one)) for one in wishes).items()))}")


def grams(words: list[str]) -> list[str]:
    """Three words each; a shorter text is one gram."""
    return [" ".join(words[n : n + 3]) for n in range(max(1, len(words) - 2))]


def roles(one: Wish) -> set[str]:
    """Who has something to do."""
    return {role for part in one.parts for role, _ in part.ask.tasks}


def near_duplicates(sets: list[set[str]]) -> int:
    """How many have another within `NEAR`."""
    met: set[int] = set()
    for left, right in _candidates(sets):
        if left in met and right in met:
            continue
        if len(sets[left] & sets[right]) / len(sets[left] | sets[right]) >= NEAR:
            met |= {left, right}
    return len(met)


def _candidates(sets: list[set[str]]) -> Iterator[tuple[int, int]]:
    """Pairs that share a band; in a bucket each is held against the first 40."""
    buckets: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, grams_of in enumerate(sets):
        signature = _signature(grams_of)
        for band in range(0, HASHES, ROWS):
            buckets[(band, *signature[band : band + ROWS])].append(number)
    for members in buckets.values():
        for place, right in enumerate(members):
            for left in members[: min(place, 40)]:
                yield left, right


def _signature(grams_of: set[str]) -> list[int]:
    hashes = [crc32(gram.encode()) for gram in grams_of]
    return [
        min(((h * _ODD[n] + _ADD[n]) & MASK) ^ (h >> 13) for h in hashes) for n in range(HASHES)
    ]


_DICE = Dice("variety")
_ODD = [_DICE.number(1, MASK) | 1 for _ in range(HASHES)]
_ADD = [_DICE.number(0, MASK) for _ in range(HASHES)]


if __name__ == "__main__":
    main()
