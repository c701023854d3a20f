"""Addresses of the audit log."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.audit import views

app_name = "audit"
urlpatterns = [path("", views.entries, name="list")]
