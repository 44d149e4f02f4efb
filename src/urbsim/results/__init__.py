"""What a run produces: the dataset, its accounts, indicators, costs, provenance and files.

Import the submodules (`urbsim.results.dataset`, `.storage`, `.indicators`, ...); this package itself loads nothing heavy.
"""
