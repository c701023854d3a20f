"""Addresses of imports."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.imports, name="list"),
    path("examples/<str:table>/", views.example, name="example"),
    path("<int:number>/columns/", views.columns, name="columns"),
    path("<int:number>/look/", views.look, name="look"),
    path("<int:number>/mapping/", views.use_mapping, name="use_mapping"),
    path("<int:number>/", views.result, name="result"),
    path("<int:number>/progress/", views.progress, name="progress"),
    path("<int:number>/commit/", views.commit, name="commit"),
    path("<int:number>/drop/", views.drop, name="drop"),
    path("<int:number>/rejected/", views.rejected, name="rejected"),
    path("batches/<int:number>/undo/", views.undo, name="undo"),
    path("batches/<int:number>/rejected/", views.rejected_of_batch, name="rejected_of_batch"),
]
