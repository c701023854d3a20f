"""Early warning: what a standard warns of, raised once, followed while it holds, and judged."""
