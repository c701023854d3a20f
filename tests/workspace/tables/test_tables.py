"""The standard tables: those of the run's report, with keeper and checker."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from kefen.reports.kept_tables import read_kept_tables
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.book import served_book
from kefen.workspace.tables.models import TableCheck, TableKeeping
from kefen.workspace.tables.queries import visible_tables


def test_every_table_of_the_report_has_a_page_and_a_workbook(signed_in, person, run_ids):
    kept = read_kept_tables(served_book().runs.directory(run_ids[-1]))
    names = [table.id for section in kept.sections for table in section.tables]
    assert len(names) == len(set(names)) > 10
    client = signed_in("manager", "zh-CN")
    listed = client.get("/tables/").content.decode()
    for section in kept.sections:
        for table in section.tables:
            assert table.title.zh in listed
            page = client.get(f"/tables/{table.id}/")
            assert page.status_code == 200
            assert table.title.zh in page.content.decode()
    content = client.post(f"/tables/{names[0]}/excel/").content
    cells = {
        str(cell.value)
        for sheet in openpyxl.load_workbook(BytesIO(content))
        for row in sheet.rows
        for cell in row
    }
    for column in kept.table(names[0])[1].columns:
        assert any(column.title.zh in cell for cell in cells)


@pytest.mark.parametrize("role", ["account_manager", "service_agent"])
def test_who_sees_only_some_customers_or_no_amounts_sees_no_table(role, person, signed_in):
    assert visible_tables(person(role)) is None
    assert signed_in(role).get("/tables/").status_code == 403


def test_a_table_is_checked_by_its_checker_only(signed_in, person):
    table = visible_tables(person("manager")).tables[0].table.id
    admin = signed_in("administrator")
    manager, analyst = person("manager"), person("analyst")
    same = {"keeper": manager.pk, "checker": manager.pk}
    refused = admin.post(f"/tables/{table}/keeping/", same, follow=True).content.decode()
    assert "One person cannot check their own table." in refused
    admin.post(f"/tables/{table}/keeping/", {"keeper": analyst.pk, "checker": manager.pk})
    keeping = TableKeeping.objects.get(table=table)
    assert (keeping.keeper, keeping.checker) == (analyst, manager)
    other = signed_in("analyst").post(f"/tables/{table}/checked/", follow=True)
    assert "Only its checker marks a table as checked." in other.content.decode()
    assert not TableCheck.objects.exists()
    for _ in range(2):
        assert signed_in("manager").post(f"/tables/{table}/checked/").status_code == 302
    assert TableCheck.objects.filter(table=table).count() == 1
    assert AuditEntry.objects.filter(action="table.checked").count() == 1
    assert "Mark as checked" not in signed_in("manager").get(f"/tables/{table}/").content.decode()


def test_an_analyst_names_nobody_that_they_do_not_see(signed_in, person):
    table = visible_tables(person("manager")).tables[0].table.id
    signed_in("analyst").post(f"/tables/{table}/keeping/", {"keeper": person("manager").pk})
    assert not TableKeeping.objects.exists()
    signed_in("analyst").post(f"/tables/{table}/keeping/", {"keeper": person("analyst").pk})
    assert TableKeeping.objects.get().keeper == person("analyst")
