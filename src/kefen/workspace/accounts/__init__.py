"""People, their roles and teams, and what each may do."""
