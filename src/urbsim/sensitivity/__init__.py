"""Sensitivity of a study's results: Sobol indices, Morris screening, tornado, on the model's own runs or on an emulator of known error."""
