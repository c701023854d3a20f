"""Every address of the workspace."""

from __future__ import annotations

from django.urls import include, path, register_converter

from kefen.workspace.shell.addresses import CustomerNumber, GivenCustomerNumber

register_converter(CustomerNumber, "customer")
register_converter(GivenCustomerNumber, "given_customer")
urlpatterns = [
    # First, for programs ask most often; addresses before it would be tried each time.
    path("api/", include("kefen.workspace.api.urls")),
    path("", include("kefen.workspace.overview.urls")),
    path("", include("kefen.workspace.shell.urls")),
    path("", include("kefen.workspace.accounts.urls")),
    path("customers/", include("kefen.workspace.customers.urls")),
    path("work/", include("kefen.workspace.work.urls")),
    path("tables/", include("kefen.workspace.tables.urls")),
    path("prospects/", include("kefen.workspace.prospects.urls")),
    path("notices/", include("kefen.workspace.notices.urls")),
    path("records/", include("kefen.workspace.records.urls")),
    path("pool/", include("kefen.workspace.ownership.urls")),
    path("runs/", include("kefen.workspace.runs.urls")),
    path("import/", include("kefen.workspace.imports.urls")),
    path("audit/", include("kefen.workspace.audit.urls")),
]

handler400 = "kefen.workspace.shell.views.not_understood"
handler403 = "kefen.workspace.shell.views.not_allowed"
handler404 = "kefen.workspace.shell.views.not_found"
handler500 = "kefen.workspace.shell.views.failed"
