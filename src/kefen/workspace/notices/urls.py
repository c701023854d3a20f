"""Addresses of notices."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="list"),
    path("read/", views.read_all, name="read_all"),
    path("mail/", views.mail, name="mail"),
    path("<int:number>/", views.open_notice, name="open"),
]
