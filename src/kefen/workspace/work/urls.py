"""Addresses of tasks."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.work import views

app_name = "work"
urlpatterns = [
    path("", views.my_day, name="my_day"),
    path("answers/", views.answers, name="answers"),
    path("answers/<customer:customer_id>/given/", views.answer_given, name="answer_given"),
    path("visits/", views.visits, name="visits"),
    path("new/", views.add, name="add"),
    path("<int:number>/", views.task, name="task"),
    path("<int:number>/finish/", views.finish, name="finish"),
    path("<int:number>/drop/", views.drop, name="drop"),
]
