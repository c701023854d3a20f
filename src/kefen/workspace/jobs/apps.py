"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Work in the background: it reports how far it is, and survives the death of its process."""

    name = "kefen.workspace.jobs"
    label = "jobs"
