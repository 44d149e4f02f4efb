"""What the model must beat, and how that is measured: baselines B1-B7, scores, comparison with any table of observations."""
