"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ProspectsConfig(AppConfig):
    """Prospects on their way to become customers: stages, next steps, conversion."""

    name = "kefen.workspace.prospects"
    label = "prospects"
