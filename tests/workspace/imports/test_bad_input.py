"""What goes wrong with files and people: said in clear words, nothing lost, nothing doubled."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from kefen.domain.errors import DataError
from kefen.engines.duckdb import DuckDBEngine
from kefen.workspace.book import served_book
from kefen.workspace.imports import services
from kefen.workspace.imports.models import SavedMapping, Upload, UploadState
from kefen.workspace.imports.queries import file_of
from kefen.workspace.jobs.models import Job
from kefen.workspace.worker import work

HEAD = "客户编号,客户名称,地区,建档日期"


def uploaded(client, content, name="客户.csv", table="customers"):
    body = content if isinstance(content, bytes) else content.encode()
    answer = client.post("/import/", {"table": table, "file": SimpleUploadedFile(name, body)})
    return answer, Upload.objects.latest("id") if answer.status_code == 302 else None


def tried(client, upload, **further):
    form = {f"column_{name}": heading for name, heading in upload.chosen.items()}
    answer = client.post(f"/import/{upload.pk}/columns/", form | further)
    work(batch=True)
    upload.refresh_from_db()
    return answer


def committed(client, upload):
    client.post(f"/import/{upload.pk}/commit/")
    work(batch=True)
    upload.refresh_from_db()
    return next(one for one in served_book().imports.batches() if one.id == upload.batch)


def held(table="customers"):
    """The rows of a table of the book, by their first column."""
    with DuckDBEngine() as engine:
        read = served_book().tables(engine)[0][table]
        names = [column.name for column in read.table.columns]
        rows = engine.rows(f'SELECT {", ".join(names)} FROM "{read.relation}"')
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def workbook(*rows, sheets=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, others in sheets:
        sheet = book.create_sheet(title)
        for row in others:
            sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def clean_book(run_ids):
    """The book is left as it was: batches that a test makes are undone."""
    before = {batch.id for batch in served_book().imports.batches()}
    yield
    for batch in reversed(served_book().imports.batches()):
        if batch.id not in before and batch.stands:
            served_book().imports.undo(batch.id)


@pytest.fixture
def client(signed_in):
    return signed_in("analyst")


# -- encodings -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "甲公司"), ("gb18030", "甲公司"), ("big5", "甲企業"), ("utf-16", "甲公司")],
)
def test_encodings_are_found(encoding, name, client):
    head = "客戶編號,客戶名稱,地區,建檔日期" if encoding == "big5" else HEAD
    text = "\n".join([head, *(f"E{n},{name}客戶貿易行,華東,2026-01-02" for n in range(30))])
    _, upload = uploaded(client, text.encode(encoding))
    heading = head.split(",")[1]
    assert upload.looked["samples"][heading][0] == f"{name}客戶貿易行"


def test_a_wrong_guess_is_mended_by_choosing_the_encoding(client):
    text = "customer_id,name,created_on\nE1,Café Müßig,2026-01-02\n"
    _, upload = uploaded(client, text.encode("cp1252"))
    page = client.get(f"/import/{upload.pk}/columns/").content.decode()
    assert "gb18030" in page
    client.post(f"/import/{upload.pk}/look/", {"encoding": "utf-8"})
    work(batch=True)
    wrong = client.get(f"/import/{upload.pk}/").content.decode()
    assert "not written in the encoding utf-8" in wrong
    client.post(f"/import/{upload.pk}/look/", {"encoding": "windows-1252"})
    work(batch=True)
    upload.refresh_from_db()
    assert upload.state == UploadState.UPLOADED
    assert upload.looked["samples"]["name"] == ["Café Müßig"]


def test_an_encoding_that_is_not_offered_is_not_taken(client):
    _, upload = uploaded(client, f"{HEAD}\nE1,甲,华东,2026-01-02")
    client.post(f"/import/{upload.pk}/look/", {"encoding": "rot13"})
    work(batch=True)
    upload.refresh_from_db()
    assert upload.encoding == ""
    assert upload.looked["properties"]["encoding"] == "utf-8"


# -- workbooks -----------------------------------------------------------------------------


def test_another_sheet_is_read_when_it_is_chosen(client):
    rows = [HEAD.split(","), ["S1", "甲", "华东", "2026-01-02"]]
    others = [("旧客户", [HEAD.split(","), ["S2", "乙", "华南", "2026-01-02"]])]
    _, upload = uploaded(client, workbook(*rows, sheets=others), "两表.xlsx")
    page = client.get(f"/import/{upload.pk}/columns/").content.decode()
    assert "旧客户" in page
    client.post(f"/import/{upload.pk}/look/", {"sheet": "旧客户"})
    work(batch=True)
    upload.refresh_from_db()
    assert upload.looked["samples"]["客户编号"] == ["S2"]
    tried(client, upload)
    assert upload.dry["rows_in"] == 1


def test_merged_cells_over_the_headings_are_not_taken_for_them(client):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["基本信息", None, "其他", None])
    sheet.append(HEAD.split(","))
    sheet.append(["M1", "甲", "华东", "2026-01-02"])
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("C1:D1")
    content = BytesIO()
    book.save(content)
    _, upload = uploaded(client, content.getvalue(), "合并.xlsx")
    assert upload.chosen["customer_id"] == "客户编号"
    tried(client, upload)
    assert (upload.dry["rows_in"], upload.dry["rejected"]) == (1, 0)


def test_formulas_that_were_never_computed_are_refused_instead_of_read_as_blank(client):
    content = workbook(HEAD.split(","), ["F1", "甲", '="华"&"东"', "2026-01-02"])
    answer, _ = uploaded(client, content, "公式.xlsx")
    page = answer.content.decode()
    assert "1 formula has no computed value, first in C2." in page
    assert "Open the file in Excel and save it" in page


def test_text_that_looks_like_a_formula_comes_back_harmless(client):
    _, upload = uploaded(client, f"{HEAD}\nF2,=cmd(),华东,no day\n")
    tried(client, upload)
    rejected = client.get(f"/import/{upload.pk}/rejected/")
    text = b"".join(rejected.streaming_content).decode("utf-8-sig")
    assert "'=cmd()" in text


@pytest.mark.parametrize("honest", [True, False])
def test_a_zip_bomb_is_not_unpacked(honest, client):
    content = BytesIO(workbook(HEAD.split(",")))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"<row/>" * (200 << 20 >> 1))
    body = content.getvalue()
    assert len(body) < 4 << 20
    if not honest:  # the archive claims that it unpacks to little
        true, false = struct.pack("<I", (200 << 20 >> 1) * 6), struct.pack("<I", 60)
        assert body.count(true) >= 1
        body = body.replace(true, false)
    answer, _ = uploaded(client, body, "bomb.xlsx")
    page = answer.content.decode()
    assert "unpacks to far more data" in page
    assert not [one for one in Upload.objects.all() if one.file_name == "bomb.xlsx"]


# -- rows ----------------------------------------------------------------------------------


def test_dates_in_five_forms_are_read_and_a_sixth_is_said(client, clean_book):
    days = ["2026-01-02", "2026/1/2", "20260102", "2026年1月2日", "2026.01.02", "Tuesday"]
    rows = [f"D{n},客户{n},华东,{day}" for n, day in enumerate(days)]
    _, upload = uploaded(client, "\n".join([HEAD, *rows]))
    tried(client, upload)
    assert (upload.dry["rows_in"], upload.dry["rejected"]) == (6, 1)
    committed(client, upload)
    found = held()
    assert {str(found[f"D{n}"]["created_on"]) for n in range(5)} == {"2026-01-02"}
    assert "D5" not in found


def test_rejected_rows_come_back_whole_with_their_reasons_and_can_be_brought_in(client, clean_book):
    rows = [HEAD, "R1,甲,华东,2026-01-02", "R2,乙,华南,not a day", "R3,丙,华北,45/45/2026"]
    _, upload = uploaded(client, "\n".join(rows))
    tried(client, upload)
    answer = client.get(f"/import/{upload.pk}/rejected/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0] == f"{HEAD},Row in the file,Why it was rejected"
    assert lines[1].startswith("R2,乙,华南,not a day,3,")
    assert "not a date in a known form" in lines[1]
    assert len(lines) == 3
    mended = text.replace("not a day,", "2026-02-03,", 1).replace("45/45/2026,", "2026-02-04,", 1)
    _, again = uploaded(client, mended, "mended.csv")
    tried(client, again)
    assert (again.dry["rows_in"], again.dry["rejected"], again.dry["new"]) == (2, 0, 2)
    batch = committed(client, again)
    assert batch.rows_new == 2
    with DuckDBEngine() as engine:
        read = served_book().tables(engine)[0]["customers"]
    assert not {"Row in the file", "Why it was rejected"} & set(read.attributes)


@pytest.mark.parametrize(
    ("rows", "new", "updated", "left"), [("all", 1, 1, 0), ("new", 1, 0, 1), ("known", 0, 1, 1)]
)
def test_rows_are_created_updated_or_both(rows, new, updated, left, client, clean_book):
    text = f"{HEAD}\nC002,Another name,East,2024-01-01\nU1,甲,华东,2026-01-02"
    _, upload = uploaded(client, text)
    tried(client, upload, rows=rows)
    dry = upload.dry
    assert (dry["new"], dry["updated"], dry["left_out"]) == (new, updated, left)
    batch = committed(client, upload)
    assert (batch.rows_new, batch.rows_updated) == (new, updated)
    assert ("U1" in held()) == bool(new)
    assert (held()["C002"]["name"] == "Another name") == bool(updated)


def test_customers_are_found_by_another_column(client, clean_book):
    text = "客户名称,行业,建档日期\nCustomer 5,New trade,2024-01-01\nNobody known,Trade,2026-01-02"
    _, upload = uploaded(client, text)
    client.post(
        f"/import/{upload.pk}/columns/",
        {
            "column_name": "客户名称",
            "column_industry": "行业",
            "column_created_on": "建档日期",
            "match": "name",
            "rows": "known",
        },
    )
    work(batch=True)
    upload.refresh_from_db()
    assert (upload.dry["new"], upload.dry["updated"], upload.dry["left_out"]) == (0, 1, 1)
    committed(client, upload)
    assert held()["C005"]["industry"] == "New trade"


def test_orders_are_given_to_customers_by_their_name(client, clean_book):
    text = "order_id,customer,ordered_at,amount\nN1,Customer 6,2026-10-01,5\nN2,Nobody,2026-10-01,6"
    _, upload = uploaded(client, text, "orders.csv", "orders")
    client.post(
        f"/import/{upload.pk}/columns/",
        {
            "column_order_id": "order_id",
            "column_customer_id": "customer",
            "column_ordered_at": "ordered_at",
            "column_amount": "amount",
            "match": "name",
        },
    )
    work(batch=True)
    upload.refresh_from_db()
    assert "1 row names nobody" in str(upload.dry["findings"])
    committed(client, upload)
    found = held("orders")
    assert (found["N1"]["customer_id"], found["N2"]["customer_id"]) == ("C006", None)


def test_a_telephone_number_never_becomes_the_number_of_a_customer(client):
    _, upload = uploaded(client, "phone,name,created_on\n13900009999,甲,2026-01-02")
    form = {"column_phone": "phone", "column_name": "name", "column_created_on": "created_on"}
    answer = client.post(f"/import/{upload.pk}/columns/", form | {"match": "phone"})
    assert "New customers need a number" in answer.content.decode()


def test_choices_are_kept_for_the_next_file_of_the_kind(client):
    text = "number,called,since\nK1,甲,2026-01-02"
    _, upload = uploaded(client, text)
    form = {"column_customer_id": "number", "column_name": "called", "column_created_on": "since"}
    client.post(f"/import/{upload.pk}/columns/", form | {"rows": "new", "save_as": "From the shop"})
    _, later = uploaded(client, text.replace("K1", "K2"))
    assert later.chosen == {"customer_id": "number", "name": "called", "created_on": "since"}
    assert later.rows == "new"
    saved = SavedMapping.objects.get(name="From the shop")
    other = {"mapping": saved.pk}
    _, strange = uploaded(client, f"{HEAD}\nK3,甲,华东,2026-01-02")
    assert strange.chosen["customer_id"] == "客户编号"
    client.post(f"/import/{later.pk}/mapping/", other | {"delete": "1"})
    assert not SavedMapping.objects.filter(name="From the shop").exists()


# -- people --------------------------------------------------------------------------------


class Changing:
    """A file that is another one whenever it is read, as a network folder may give it."""

    name, size, content_type = "moving.csv", 60, "text/csv"

    def chunks(self):
        yield f"{HEAD}\nG1,甲,华".encode()
        raise OSError("the file changed while it was read")


def test_a_file_that_breaks_off_while_it_comes_in_leaves_nothing(person, settings):
    before = Upload.objects.count()
    folders = set(settings.UPLOADS.iterdir()) if settings.UPLOADS.exists() else set()
    with pytest.raises(OSError, match="changed"):
        services.upload_file(person("analyst"), "customers", Changing())
    assert Upload.objects.count() == before
    assert set(settings.UPLOADS.iterdir()) == folders


def test_two_people_importing_at_once_get_both_their_rows(signed_in, clean_book):
    one, other = signed_in("analyst"), signed_in("administrator")
    _, first = uploaded(one, f"{HEAD}\nT1,甲,华东,2026-01-02\nT3,one,华东,2026-01-02")
    _, second = uploaded(other, f"{HEAD}\nT2,乙,华南,2026-01-02\nT3,other,华东,2026-01-02")
    for client, upload in ((one, first), (other, second)):
        tried(client, upload)
    for client, upload in ((one, first), (other, second)):
        client.post(f"/import/{upload.pk}/commit/")
    assert Job.objects.filter(kind="import", state="waiting").count() == 2
    work(batch=True)
    found = held()
    assert {"T1", "T2"} <= set(found)
    assert found["T3"]["name"] == "other"
    batches = served_book().imports.batches()[-2:]
    assert [(one.rows_new, one.rows_updated) for one in batches] == [(2, 0), (1, 1)]


def test_a_button_pressed_twice_at_once_asks_once(client, person, clean_book):
    _, upload = uploaded(client, f"{HEAD}\nB1,甲,华东,2026-01-02")
    tried(client, upload)
    before = len(served_book().imports.batches())
    for _ in range(2):
        assert client.post(f"/import/{upload.pk}/commit/").status_code == 302
    assert Job.objects.filter(kind="import", subject=str(upload.pk)).count() == 1
    work(batch=True)
    assert client.post(f"/import/{upload.pk}/commit/").status_code == 404
    work(batch=True)
    assert len(served_book().imports.batches()) == before + 1


def test_a_job_that_is_done_again_after_a_death_imports_once(client, clean_book):
    _, upload = uploaded(client, f"{HEAD}\nB2,甲,华东,2026-01-02")
    tried(client, upload)
    batch = committed(client, upload)
    # The worker died after the book was written and before it said so.
    Upload.objects.filter(pk=upload.pk).update(batch=None, state=UploadState.COMMITTING)
    folder = file_of(upload).parent
    folder.mkdir()
    file_of(upload).write_bytes(f"{HEAD}\nB2,甲,华东,2026-01-02".encode())
    with transaction.atomic():
        Job.objects.create(
            kind="import", subject=str(upload.pk), asked={"upload": upload.pk}, asked_by_id=1
        )
    from kefen.workspace.jobs.services import run

    run(Job.objects.latest("id").pk)
    again = served_book().imports.batches()[-1]
    assert (again.rows_new, again.state) == (0, "nothing new")
    assert sum(row == "B2" for row in held()) == 1
    assert batch.rows_new == 1


def test_a_form_of_before_the_last_sign_in_is_refused_in_words(db):
    checking = Client(enforce_csrf_checks=True)
    answer = checking.post("/sign-in/", {"username": "analyst", "password": "x"})
    assert answer.status_code == 403
    assert "This form is out of date" in answer.content.decode()
    assert "Nothing was saved" in answer.content.decode()


def test_a_link_to_a_customer_that_is_gone_says_so(client):
    answer = client.get("/customers/GONE/")
    assert answer.status_code == 404
    assert "what it named is gone" in answer.content.decode()
    assert client.get("/customers/GONE/what-if/").status_code == 404


def test_a_page_of_columns_left_open_cannot_change_an_import_that_is_over(client, clean_book):
    _, upload = uploaded(client, f"{HEAD}\nP1,甲,华东,2026-01-02")
    tried(client, upload)
    committed(client, upload)
    answer = client.post(f"/import/{upload.pk}/columns/", {"column_customer_id": "客户编号"})
    assert answer["Location"] == f"/import/{upload.pk}/"
    assert client.post(f"/import/{upload.pk}/look/").status_code == 404


def test_a_large_file_is_looked_at_by_the_worker(client, monkeypatch, clean_book):
    monkeypatch.setattr(services, "LOOKED_AT_ONCE", 10)
    answer, upload = uploaded(client, f"{HEAD}\nL1,甲,华东,2026-01-02")
    assert upload.state == UploadState.LOOKING
    page = client.get(answer["Location"], follow=True).content.decode()
    assert "Reading the file" in page
    work(batch=True)
    assert client.get(f"/import/{upload.pk}/")["Location"] == f"/import/{upload.pk}/columns/"
    upload.refresh_from_db()
    tried(client, upload)
    assert committed(client, upload).rows_new == 1


def test_a_large_file_that_cannot_be_read_is_said_and_can_be_given_up(client, monkeypatch):
    monkeypatch.setattr(services, "LOOKED_AT_ONCE", 10)
    _, upload = uploaded(client, b"PK\x03\x04 not a workbook", "broken.xlsx")
    work(batch=True)
    page = client.get(f"/import/{upload.pk}/").content.decode()
    assert "not an Excel workbook" in page
    assert "Give this upload up" in page
    with pytest.raises(DataError):
        services.look_at(file_of(upload), "customers")
