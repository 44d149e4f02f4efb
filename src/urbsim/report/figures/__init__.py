"""Pictures, one module per subject."""
