"""The shell as an app of Django."""

from __future__ import annotations

from django.apps import AppConfig


class ShellConfig(AppConfig):
    """What every page shares."""

    name = "kefen.workspace.shell"
    label = "shell"
