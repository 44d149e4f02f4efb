"""Search for lever settings that meet targets at least cost: a goal file, NSGA-II on optuna, a Pareto front with probabilities."""
