"""Amounts of memory as a person types them: 24G, 64GiB, 512 MB."""

from __future__ import annotations

import re

from models.errors import UsageError

_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
_FORM = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([kmgt])(i?b)?", re.IGNORECASE | re.ASCII)
_MOST = 1024**5


def parse_amount(text: str, what: str = "the size") -> int:
    """Bytes; a UsageError says how an amount is written.

    G and GiB are powers of 1024, as accelerators are sold; GB is a power of 1000.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{what} cannot be {text!r}", "write a number and a unit: 24G, 512M")
    number, unit, suffix = match.groups()
    decimal = (suffix or "").lower() == "b"
    unit_bytes = 1000 ** ("kmgt".index(unit.lower()) + 1) if decimal else _UNITS[unit.lower()]
    amount = int(float(number) * unit_bytes)
    if amount > _MOST:
        raise UsageError(f"{what} cannot be {text!r}: no machine has so much", "such as: 24G")
    return amount


def as_gib(amount: int) -> str:
    """Bytes as a person compares memory: `18.4 GiB`, `620 MiB`."""
    if amount < 1024**3:
        return f"{amount / 1024**2:.0f} MiB"
    return f"{amount / 1024**3:.1f} GiB"
