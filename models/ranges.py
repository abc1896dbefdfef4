"""Numbers between two bounds, as GBNF: what llama-cpp-python's converter of schemas leaves out.

Digits are laid out by length and by common beginning, so that a bound costs a few alternatives and
no value outside it can be written: 7 to 120 is `[7-9] | [1-9] [0-9] | "1" ([0-1] [0-9] | "2" "0")`.
"""

from __future__ import annotations

_MOST = 10**15 - 1
"""Where there is no bound; the converter's own numbers are not longer."""
_DECIMALS = '("." [0-9] [0-9]? [0-9]? [0-9]? [0-9]? [0-9]?)?'


def integers(low: int | None, high: int | None) -> str:
    """GBNF of the integers from `low` to `high`, both included; None is no bound."""
    least = -_MOST if low is None else low
    most = _MOST if high is None else high
    negative = _digits(max(1, -most), -least) if least < 0 else ""
    positive = _digits(max(0, least), most) if most >= 0 else ""
    signed = [f'"-" ({negative})'] if negative else []
    return " | ".join([*signed, *([positive] if positive else [])])


def numbers(low: int | None, high: int | None) -> str:
    """The same with decimals; the bounds themselves stand without."""
    least = -_MOST if low is None else low
    most = _MOST if high is None else high
    # What is cut off behind the point only brings a number nearer to nought.
    parts = []
    if least < 0:
        inner = _digits(max(0, -most), -least - 1) if -least - 1 >= max(0, -most) else ""
        inner = f"({inner}) {_DECIMALS}" if inner else ""
        ends = " | ".join(part for part in (inner, f'"{-least}"') if part)
        parts.append(f'"-" ({ends})')
    if most > 0:
        inner = _digits(max(0, least), most - 1) if most - 1 >= max(0, least) else ""
        inner = f"({inner}) {_DECIMALS}" if inner else ""
        parts += [part for part in (inner, f'"{most}"') if part]
    if least <= 0 <= most:
        parts.append('"0"')
    return " | ".join(parts)


def _digits(low: int, high: int) -> str:
    """The numbers from `low` to `high`, neither negative, without leading noughts."""
    parts = []
    for length in range(len(str(low)), len(str(high)) + 1):
        first = max(low, 10 ** (length - 1) if length > 1 else 0)
        parts.append(_between(str(first), str(min(high, 10**length - 1))))
    return " | ".join(parts)


def _between(low: str, high: str) -> str:
    """The texts of digits from `low` to `high`, which are equally long."""
    rest = len(low) - 1
    if low == "0" + "0" * rest and high == "9" * len(high):
        return " ".join(["[0-9]"] * len(low))
    if low[0] == high[0]:
        return f'"{low[0]}"' if not rest else f'"{low[0]}" ({_between(low[1:], high[1:])})'
    if not rest:
        return f"[{low}-{high}]"
    first, last = int(low[0]), int(high[0])
    parts = []
    if low[1:] != "0" * rest:
        parts.append(f'"{first}" ({_between(low[1:], "9" * rest)})')
        first += 1
    if high[1:] != "9" * rest:
        parts.append(f'"{last}" ({_between("0" * rest, high[1:])})')
        last -= 1
    if first <= last:
        parts.insert(0, " ".join([f"[{first}-{last}]", *["[0-9]"] * rest]))
    return " | ".join(parts)
