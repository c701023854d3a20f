"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what, and when."""

    name = "kefen.workspace.audit"
    label = "audit"
