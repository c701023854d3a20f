"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices: what a person is told of, in the workspace and by e-mail."""

    name = "kefen.workspace.notices"
    label = "notices"
