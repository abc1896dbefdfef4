"""The models of one process: shared by all who name them, lent, let go, fetched ahead."""

from models.pool.models import Models
from models.pool.need import need_of
from models.pool.placing import TeamModels
from models.pool.swaps import Job, Swaps, fewest
from models.pool.traffic import Traffic

__all__ = ["Job", "Models", "Swaps", "TeamModels", "Traffic", "fewest", "need_of"]
