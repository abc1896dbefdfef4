import unittest
from decimal import Decimal

from courier.rates import Band, RateTable
from courier.server import answer

TABLE = RateTable({"eu": (Band(Decimal(5), Decimal("11.40")),)})


class AnswerTest(unittest.TestCase):
    def test_a_quote_is_given_with_its_price_as_text(self) -> None:
        status, body = answer(TABLE, "/quote?zone=eu&kg=2.5")
        self.assertEqual((status, body["price"]), (200, "11.40"))

    def test_a_missing_weight_is_the_caller_s_mistake(self) -> None:
        self.assertEqual(answer(TABLE, "/quote?zone=eu")[0], 400)

    def test_health_answers_ok(self) -> None:
        self.assertEqual(answer(TABLE, "/health"), (200, {"status": "ok"}))
