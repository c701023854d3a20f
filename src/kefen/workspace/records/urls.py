"""Addresses of customers' records."""

from __future__ import annotations

from django.urls import path

from kefen.workspace.records import attached_views, merge_views, views

app_name = "records"
urlpatterns = [
    path("new/", views.new, name="new"),
    path("similar/", views.similar, name="similar"),
    path("customer/<customer:customer_id>/merge/", merge_views.merge, name="merge"),
    path("merges/<int:number>/undo/", merge_views.take_apart, name="take_apart"),
    path("archive/", views.archive_list, name="archive_list"),
    path("fields/", views.attributes, name="attributes"),
    path("fields/<int:number>/remove/", views.remove_attribute, name="remove_attribute"),
    path("edits/<int:number>/undo/", views.undo, name="undo"),
    path("customer/<customer:customer_id>/edit/", views.edit, name="edit"),
    path("customer/<customer:customer_id>/history/", views.history, name="history"),
    path("customer/<customer:customer_id>/archive/", views.archive, name="archive"),
    path("customer/<customer:customer_id>/restore/", views.restore, name="restore"),
    path(
        "customer/<customer:customer_id>/contacts/", attached_views.add_contact, name="add_contact"
    ),
    path("contacts/<int:number>/", attached_views.change_contact, name="change_contact"),
    path("contacts/<int:number>/remove/", attached_views.remove_contact, name="remove_contact"),
    path("customer/<customer:customer_id>/notes/", attached_views.add_note, name="add_note"),
    path("notes/<int:number>/", attached_views.change_note, name="change_note"),
    path("notes/<int:number>/remove/", attached_views.remove_note, name="remove_note"),
    path("customer/<customer:customer_id>/files/", attached_views.add_file, name="add_file"),
    path("files/<int:number>/", attached_views.file, name="file"),
    path("files/<int:number>/remove/", attached_views.remove_file, name="remove_file"),
    path(
        "customer/<customer:customer_id>/interactions/",
        attached_views.add_interaction,
        name="add_interaction",
    ),
]
