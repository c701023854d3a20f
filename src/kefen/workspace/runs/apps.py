"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Runs of the book, and the copy of current grades that pages read."""

    name = "kefen.workspace.runs"
    label = "runs"
