"""Statistics used in several rooms."""
