"""The rules of all tools; of those that fit a line, the first of the highest rank counts."""

from agents.logs.rule import Rule
from agents.logs.rules import deploy, jvm, native, others, python, runner, scripts, system, web

RULES: tuple[Rule, ...] = (
    *system.RULES,
    *runner.RULES,
    *python.RULES,
    *web.RULES,
    *native.RULES,
    *jvm.RULES,
    *others.RULES,
    *deploy.RULES,
    *scripts.RULES,
)

__all__ = ["RULES"]
