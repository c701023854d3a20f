"""Addresses for programs."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.api import views

app_name = "api"
urlpatterns = [
    path("customers/<given_customer:customer_id>/grades/", views.grades, name="grades"),
    path("customers/<given_customer:customer_id>/why/", views.why, name="why"),
    path("grade/", views.grade_rows, name="grade_rows"),
]
