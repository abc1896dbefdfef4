"""The CI specialist's survey: workflows against their schema and zizmor, Dockerfiles."""

from agents.surveys.dockerfiles import dockerfiles
from agents.surveys.workflows import schemas, zizmor

PARTS = (schemas, zizmor, dockerfiles)
