"""Reads the rate table from a YAML file."""

import os
from decimal import Decimal
from pathlib import Path

import yaml

from courier.rates import Band, RateTable


def load_rates(path: Path) -> RateTable:
    """The table in a file; bands are put in order."""
    with path.open(encoding="utf-8") as file:
        zones = yaml.safe_load(file)
    return RateTable({zone: _bands(entries) for zone, entries in zones.items()})


def _bands(entries: list[dict[str, str]]) -> tuple[Band, ...]:
    bands = [Band(Decimal(str(e["up_to"])), Decimal(str(e["price"]))) for e in entries]
    return tuple(sorted(bands, key=lambda band: band.up_to))
