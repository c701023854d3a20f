"""Tasks and visits: what is to be done for customers, by whom, until when, and why."""
