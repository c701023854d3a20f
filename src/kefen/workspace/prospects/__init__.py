"""Prospects on their way to become customers: stages, next steps, conversion."""
