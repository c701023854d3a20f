"""Addresses of prospects; the prospect is named by the parameter `customer`."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.prospects import views

app_name = "prospects"
urlpatterns = [
    path("", views.board, name="board"),
    path("prospect/", views.prospect, name="prospect"),
    path("move/", views.move, name="move"),
    path("convert/", views.convert, name="convert"),
    path("give-up/", views.give_up, name="give_up"),
    path("take-up/", views.take_up, name="take_up"),
]
