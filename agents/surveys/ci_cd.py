"""The CI specialist's survey: workflows against their schema and zizmor, run steps, Dockerfiles."""

from agents.surveys.dockerfiles import dockerfiles
from agents.surveys.run_steps import run_steps
from agents.surveys.workflows import schemas, zizmor

PARTS = (schemas, zizmor, run_steps, dockerfiles)
