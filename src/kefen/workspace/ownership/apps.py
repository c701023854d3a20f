"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class OwnershipConfig(AppConfig):
    """Who looks after which customers: assignment, the public pool, its rules, and hand-over."""

    name = "kefen.workspace.ownership"
    label = "ownership"
