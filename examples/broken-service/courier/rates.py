"""The rate table: zones, weight bands, and what a parcel costs."""

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal


class UnknownZone(LookupError):
    """Nothing is sent there."""


class TooHeavy(ValueError):
    """No band of the zone holds the weight."""


@dataclass(frozen=True)
class Band:
    """All weights up to and including a limit cost the same."""

    up_to: Decimal
    price: Decimal


@dataclass(frozen=True)
class RateTable:
    """Bands by zone, lightest first."""

    zones: dict[str, tuple[Band, ...]]

    def quote(self, zone: str, kg: Decimal) -> Decimal:
        """The price of one parcel."""
        if zone not in self.zones:
            raise UnknownZone(zone)
        bands = self.zones[zone]
        place = bisect_right([band.up_to for band in bands], kg)
        if place == len(bands):
            raise TooHeavy(f"{kg} kg to {zone}")
        return bands[place].price
