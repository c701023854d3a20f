"""Answers for programs: one customer at once, graded and explained, as JSON."""
