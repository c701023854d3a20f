"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """The list of customers, saved views of it, and each customer's page."""

    name = "kefen.workspace.customers"
    label = "customers"
