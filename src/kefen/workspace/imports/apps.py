"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Bringing files into the book: upload, columns, dry run, commit, undo."""

    name = "kefen.workspace.imports"
    label = "imports"
