"""Changes of the tables of prospects."""
