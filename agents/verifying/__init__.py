"""Checks of what was written: those that fit the files, run by themselves."""

from agents.verifying.check import Checked, check, fault_of
from agents.verifying.tests import tests_to_run

__all__ = ["Checked", "check", "fault_of", "tests_to_run"]
