"""Moves between runs: who went from which grade to which, and why."""
