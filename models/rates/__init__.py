"""How fast a model is on this machine, beside what the machine's memory allows."""

from models.rates.bench import Bench, open_bench
from models.rates.rates import Rates, rates_of
from models.rates.sample import Sample
from models.rates.spread import Spread, spread_of
from models.rates.work import Work

__all__ = ["Bench", "Rates", "Sample", "Spread", "Work", "open_bench", "rates_of", "spread_of"]
