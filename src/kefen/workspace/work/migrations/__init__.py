"""Changes of the tables of tasks."""
