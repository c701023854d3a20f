"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Tasks and visits: what is to be done for customers, by whom, until when, and why."""

    name = "kefen.workspace.work"
    label = "work"
