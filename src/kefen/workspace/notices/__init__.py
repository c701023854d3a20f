"""Notices: what a person is told of, in the workspace and by e-mail."""
