"""The one package that touches llama.cpp: weights, context, batch, samplers, devices.

Thin and typed; it decides nothing.
"""

import models.llama.spinning  # noqa: F401  # before anything that imports llama_cpp

# isort: split
from models.llama.batch import Batch
from models.llama.context import MAX_LANES, Context
from models.llama.experts import Tap
from models.llama.samplers import Grammar, Penalties, Sampler, forbid, gbnf_of, stage
from models.llama.weights import VERSION, Token, Weights

__all__ = [
    "MAX_LANES",
    "VERSION",
    "Batch",
    "Context",
    "Grammar",
    "Penalties",
    "Sampler",
    "Tap",
    "Token",
    "Weights",
    "forbid",
    "gbnf_of",
    "stage",
]
