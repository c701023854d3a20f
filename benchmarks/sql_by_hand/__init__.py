"""The statements of `by_hand.py`, by what they do."""
