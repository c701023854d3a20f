"""The import wizard: upload, columns, dry run, commit, undo; and what goes wrong on the way."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.lake.book.file_import import look_at
from kefen.workspace.book import served_book
from kefen.workspace.imports import services
from kefen.workspace.imports.models import Upload, UploadState
from kefen.workspace.imports.queries import file_of
from kefen.workspace.worker import work

HEAD = "客户编号,客户名称,地区,建档日期"


def uploaded(client, content, name="客户.csv", table="customers"):
    body = content if isinstance(content, bytes) else content.encode()
    return client.post("/import/", {"table": table, "file": SimpleUploadedFile(name, body)})


def latest():
    return Upload.objects.latest("id")


def choose_guesses(client, upload):
    form = {f"column_{name}": heading for name, heading in upload.chosen.items()}
    client.post(f"/import/{upload.pk}/columns/", form)
    work(batch=True)
    upload.refresh_from_db()


@pytest.fixture
def clean_book(run_ids):
    """The book is left as it was: batches that a test makes are undone."""
    before = {batch.id for batch in served_book().imports.batches()}
    yield
    for batch in reversed(served_book().imports.batches()):
        if batch.id not in before and batch.stands:
            served_book().imports.undo(batch.id)


def test_a_file_goes_all_the_way_and_back(signed_in, clean_book):
    client = signed_in("analyst")
    rows = [HEAD, "X1,甲公司,华东,2026-01-02", "C001,Customer 1 anew,East,2024-01-01"]
    rows.append("X2,乙公司,华南,not a day")
    answer = uploaded(client, "\n".join(rows).encode("gb18030"))
    upload = latest()
    assert answer["Location"] == f"/import/{upload.pk}/columns/"
    page = client.get(answer["Location"]).content.decode()
    assert "甲公司" in page
    assert upload.chosen["created_on"] == "建档日期"
    choose_guesses(client, upload)
    assert upload.state == UploadState.TRIED
    assert (upload.dry["rows_in"], upload.dry["rejected"]) == (3, 1)
    assert (upload.dry["new"], upload.dry["updated"]) == (1, 1)
    result = client.get(f"/import/{upload.pk}/").content.decode()
    assert "Import 2 rows" in result
    assert "More than 1 %" in result
    rejected = b"".join(client.get(f"/import/{upload.pk}/rejected/").streaming_content).decode()
    assert "not a day" in rejected
    before = len(served_book().imports.batches())
    client.post(f"/import/{upload.pk}/commit/")
    client.post(f"/import/{upload.pk}/commit/")  # pressed twice
    work(batch=True)
    upload.refresh_from_db()
    assert upload.state == UploadState.DONE
    batches = served_book().imports.batches()
    assert len(batches) == before + 1
    assert (batches[-1].rows_new, batches[-1].rows_rejected) == (1, 1)
    assert not file_of(upload).exists()
    kept = client.get(f"/import/batches/{batches[-1].id}/rejected/").content.decode("utf-8-sig")
    assert "not a day" in kept
    client.post(f"/import/batches/{batches[-1].id}/undo/")
    work(batch=True)
    assert (
        next(b for b in served_book().imports.batches() if b.id == batches[-1].id).state == "undone"
    )


def test_the_same_file_twice_changes_nothing(signed_in, clean_book):
    client = signed_in("analyst")
    for _ in range(2):
        uploaded(client, f"{HEAD}\nX3,丙公司,华东,2026-01-02")
        upload = latest()
        choose_guesses(client, upload)
        client.post(f"/import/{upload.pk}/commit/")
        work(batch=True)
    assert served_book().imports.batches()[-1].state == "nothing new"


def test_a_column_that_is_not_chosen_is_not_brought_in(signed_in, clean_book):
    client = signed_in("analyst")
    uploaded(client, f"{HEAD}\nX4,丁公司,华东,2026-01-02")
    upload = latest()
    upload.chosen.pop("region")
    choose_guesses(client, upload)
    client.post(f"/import/{upload.pk}/commit/")
    work(batch=True)
    batch = served_book().imports.batches()[-1]
    assert "region" not in batch.columns
    assert "name" in batch.columns


def test_what_is_needed_and_what_comes_twice_is_said(signed_in):
    client = signed_in("analyst")
    uploaded(client, f"{HEAD}\nX5,戊公司,华东,2026-01-02")
    address = f"/import/{latest().pk}/columns/"
    assert "Still needed" in client.post(address, {"column_name": "客户名称"}).content.decode()
    twice = {"column_customer_id": "客户编号", "column_name": "客户编号"}
    assert "serves two columns" in client.post(address, twice).content.decode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "submitted file is empty"),
        ("page.xls", b"<html><table><tr><td>1</td></tr></table></html>", ""),
        ("broken.xlsx", b"PK\x03\x04 not a workbook", ""),
        ("broken.parquet", b"PAR1 not a table", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(name, content, words, signed_in):
    before = Upload.objects.count()
    answer = uploaded(signed_in("analyst"), content, name)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert words in page
    assert Upload.objects.count() == before


def test_an_excel_file_with_a_title_row_is_understood(signed_in):
    book = openpyxl.Workbook()
    for row in (["客户名册"], HEAD.split(","), ["X6", "己公司", "华东", "2026-01-02"]):
        book.active.append(row)
    book.active.merge_cells("A1:D1")
    content = BytesIO()
    book.save(content)
    uploaded(signed_in("analyst"), content.getvalue(), "名册.xlsx")
    assert latest().chosen["customer_id"] == "客户编号"


def test_a_file_changed_after_its_upload_is_not_imported(signed_in):
    client = signed_in("analyst")
    uploaded(client, f"{HEAD}\nX7,庚公司,华东,2026-01-02")
    upload = latest()
    choose_guesses(client, upload)
    file_of(upload).write_text(f"{HEAD}\nX7,another,East,2026-01-02", encoding="utf-8")
    before = len(served_book().imports.batches())
    client.post(f"/import/{upload.pk}/commit/")
    work(batch=True)
    assert len(served_book().imports.batches()) == before
    assert "no longer what was uploaded" in client.get(f"/import/{upload.pk}/").content.decode()


def test_an_upload_that_was_given_up_cannot_be_imported(signed_in, person):
    client = signed_in("analyst")
    uploaded(client, f"{HEAD}\nX8,辛公司,华东,2026-01-02")
    upload = latest()
    client.post(f"/import/{upload.pk}/drop/")
    assert not file_of(upload).exists()
    with pytest.raises(CallError):
        services.ask_to_commit(person("analyst"), upload)
    stale = client.post(f"/import/{upload.pk}/commit/")
    assert stale.status_code == 404
    assert "moved on meanwhile" in stale.content.decode()


@pytest.mark.parametrize("name", ["../../evil.csv", "a\\b\\..\\c.csv", "rejected.csv", "..."])
def test_names_of_files_stay_within_their_folder(name):
    safe = services._safe_name(name)
    assert "/" not in safe
    assert "\\" not in safe
    assert safe not in ("", ".", "..", "rejected.csv")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("table", TABLES)
def test_example_files_are_understood_by_the_wizard(table, language, signed_in, tmp_path):
    path = tmp_path / f"{table}.csv"
    path.write_bytes(signed_in("analyst", language).get(f"/import/examples/{table}/").content)
    looked = look_at(path, table)
    wanted = {column.name for column in TABLES[table].columns if column.required}
    assert wanted <= set(looked.guesses)
