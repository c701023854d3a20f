"""The grade a customer holds: the computed one, moved under rules over time and by people."""
