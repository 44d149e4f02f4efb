"""Agent-based model of how rural households become townspeople in Chinese provinces."""
