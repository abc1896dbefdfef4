"""The everyday tasks: requests whose plan is known, so that no model has to make one."""

from agents.recipes.recipe import Asked, request_for

__all__ = ["Asked", "request_for"]
