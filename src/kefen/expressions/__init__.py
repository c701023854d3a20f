"""The operator catalogue, its parser and types, and the row evaluator."""
