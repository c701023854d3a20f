"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class TablesConfig(AppConfig):
    """The standard tables and analyses of the run that pages show."""

    name = "kefen.workspace.tables"
    label = "tables"
