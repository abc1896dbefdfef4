"""Training examples for the embedded model: composable, seeded, with nothing but Python's own
library. `python -m generator --seed 1 --count 1000 --out FILE` writes them as JSON lines."""
