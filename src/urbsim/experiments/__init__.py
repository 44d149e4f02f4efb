"""Runs and comparisons: draws × replicates of a scenario, spread over processes without changing a bit.

Import the submodules (`urbsim.experiments.runner`, `.compare`, `.folders`); this package itself loads nothing heavy.
"""
