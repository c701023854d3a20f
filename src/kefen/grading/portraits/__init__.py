"""Portraits: what sets a class, or one customer, apart from the others."""
