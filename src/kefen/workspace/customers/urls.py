"""Addresses of customers."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.customers import views

app_name = "customers"
urlpatterns = [
    path("", views.customers, name="list"),
    path("export/", views.export, name="export"),
    path("views/", views.save_view, name="save_view"),
    path("views/<int:number>/delete/", views.delete_view, name="delete_view"),
    path("<path:customer_id>/what-if/", views.what_if, name="what_if"),
    path("<path:customer_id>/", views.customer, name="customer"),
]
