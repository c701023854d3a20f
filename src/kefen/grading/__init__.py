"""The use cases: calibrate, grade, explain, what-if."""
