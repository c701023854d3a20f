"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, their roles and teams, and what each may do."""

    name = "kefen.workspace.accounts"
    label = "accounts"
