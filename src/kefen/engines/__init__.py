"""Where SQL runs: engines take SQL and Arrow, give Arrow, and know no standard."""
