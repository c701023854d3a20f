"""Addresses of the public pool and of owners."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.ownership import views

app_name = "ownership"
urlpatterns = [
    path("", views.pool, name="pool"),
    path("rules/", views.rules, name="rules"),
    path("rules/check/", views.check, name="check"),
    path("rules/recall/", views.recall, name="recall"),
    path("rules/automatic/", views.automatic, name="automatic"),
    path("hand-over/<int:number>/", views.hand_over, name="hand_over"),
    path("customer/<customer:customer_id>/claim/", views.claim, name="claim"),
    path("customer/<customer:customer_id>/return/", views.give_back, name="give_back"),
    path("customer/<customer:customer_id>/assign/", views.assign, name="assign"),
]
