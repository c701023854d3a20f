"""Addresses of the tables."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.tables import views

app_name = "tables"
urlpatterns = [
    path("", views.tables, name="list"),
    path("<slug:table>/", views.table, name="table"),
    path("<slug:table>/excel/", views.excel, name="excel"),
    path("<slug:table>/keeping/", views.keeping, name="keeping"),
    path("<slug:table>/checked/", views.checked, name="checked"),
]
