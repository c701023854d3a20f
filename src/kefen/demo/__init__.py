"""The demonstration: a real year of trade, and a generated companion for what it lacks."""
