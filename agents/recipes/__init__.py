"""The everyday tasks: requests whose plan is known, so that no model has to make one."""

from agents.recipes.recipe import MENDING, Asked, request_for

__all__ = ["MENDING", "Asked", "request_for"]
