"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class OverviewConfig(AppConfig):
    """The state of all customers on one page; every mark leads to a list."""

    name = "kefen.workspace.overview"
    label = "overview"
