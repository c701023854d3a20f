"""Models in grading: fitted on a population, applied to customers by one implementation."""
