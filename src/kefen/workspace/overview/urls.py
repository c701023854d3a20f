"""Addresses of the overview."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.overview import views

app_name = "overview"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("period/", views.prepare, name="prepare"),
    path("trends/", views.trends, name="trends"),
]
