"""Addresses of language and theme."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.shell import views

app_name = "shell"
urlpatterns = [
    path("language/", views.choose_language, name="language"),
    path("theme/", views.choose_theme, name="theme"),
]
