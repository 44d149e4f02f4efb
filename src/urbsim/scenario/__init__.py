"""Scenarios: a planner's file, read with line numbers, checked whole, and resolved into values by quarter and area."""

from __future__ import annotations

from urbsim.scenario.find import shipped_scenarios
from urbsim.scenario.load import load, loads
from urbsim.scenario.model import Period, Run, Scenario

__all__ = ["Period", "Run", "Scenario", "load", "loads", "shipped_scenarios"]
