"""Who looks after which customers: assignment, the public pool, its rules, and hand-over."""
