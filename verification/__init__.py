"""Longer checks of the model against what is known exactly; see `README.md` beside this file."""
