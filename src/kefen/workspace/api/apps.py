"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """One customer at once, for programs."""

    name = "kefen.workspace.api"
    label = "api"
