"""Addresses of customers."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.customers import bulk_views, further_views, view_views, views

app_name = "customers"
# What concerns the list stands below a dash: no number of a customer is kept from its page.
urlpatterns = [
    path("", views.customers, name="list"),
    path("-/export/", bulk_views.export, name="export"),
    path("-/bulk/", bulk_views.bulk, name="bulk"),
    path("-/filters/", views.filters, name="filters"),
    path("-/find/", views.find, name="find"),
    path("-/views/", view_views.save_view, name="save_view"),
    path("-/views/counts/", view_views.counts, name="counts"),
    path("-/views/default/", view_views.choose_default, name="choose_default"),
    path("-/views/<int:number>/delete/", view_views.delete_view, name="delete_view"),
    path("<customer:customer_id>/facts/", further_views.facts, name="facts"),
    path("<customer:customer_id>/reach/", further_views.reach, name="reach"),
    path("<customer:customer_id>/portrait/", further_views.portrait, name="portrait"),
    path("<customer:customer_id>/card/", further_views.card, name="card"),
    path("<customer:customer_id>/what-if/", views.what_if, name="what_if"),
    path("<customer:customer_id>/", views.customer, name="customer"),
]
