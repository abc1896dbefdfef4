import unittest
from decimal import Decimal

from courier.rates import Band, RateTable, TooHeavy, UnknownZone

TABLE = RateTable(
    {"eu": (Band(Decimal(1), Decimal("7.20")), Band(Decimal(5), Decimal("11.40")))}
)


class QuoteTest(unittest.TestCase):
    def test_a_light_parcel_costs_the_first_band(self) -> None:
        self.assertEqual(TABLE.quote("eu", Decimal("0.4")), Decimal("7.20"))

    def test_a_band_holds_its_own_limit(self) -> None:
        self.assertEqual(TABLE.quote("eu", Decimal(1)), Decimal("7.20"))

    def test_an_unknown_zone_is_refused(self) -> None:
        with self.assertRaises(UnknownZone):
            TABLE.quote("moon", Decimal(1))

    def test_what_no_band_holds_is_refused(self) -> None:
        with self.assertRaises(TooHeavy):
            TABLE.quote("eu", Decimal(6))
