"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What people enter of customers: their records, contacts, notes, files, and who changed it."""

    name = "kefen.workspace.records"
    label = "records"
