"""Addresses of runs."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.runs import views

app_name = "runs"
urlpatterns = [
    path("", views.runs, name="list"),
    path("schedule/", views.schedule, name="schedule"),
    path("unschedule/", views.unschedule, name="unschedule"),
    path("progress/", views.progress, name="progress"),
    path("<str:run_id>/", views.run, name="run"),
    path("<str:run_id>/show/", views.show, name="show"),
]
