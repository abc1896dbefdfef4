"""What models will have in memory, and where a team of them fits: nothing is loaded."""

from models.fit.blueprint import Blueprint, blueprint
from models.fit.buffers import Buffers
from models.fit.calibration import Calibration, Difference
from models.fit.machine import Accelerator, Machine
from models.fit.placement import Placement
from models.fit.plan import LEAST_CONTEXT, SPARE, Candidate, Demand, Placed, Plan, plan
from models.fit.predict import kv_possible, predict
from models.fit.serving import Serving

__all__ = [
    "LEAST_CONTEXT",
    "SPARE",
    "Accelerator",
    "Blueprint",
    "Buffers",
    "Calibration",
    "Candidate",
    "Demand",
    "Difference",
    "Machine",
    "Placed",
    "Placement",
    "Plan",
    "Serving",
    "blueprint",
    "kv_possible",
    "plan",
    "predict",
]
