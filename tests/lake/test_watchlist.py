"""Lists read: OFAC's files, tables with headings, countries; broken rows kept and said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kefen.domain.errors import DataError
from kefen.lake.watchlist import read_watchlist

SDN = (
    '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'
    '99,"ABBAS, Abu","individual","SDT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 10 Dec 1948."\n'
    '100,"broken row"\n'
    "\x1a\n"
)
ALT = '36,12,"aka","AERO-CARIBBEAN",-0- \n7,13,"aka","NOBODY",-0- \n'
ADD = '36,25,-0- ,"Havana","Cuba",-0- \n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("SDN.CSV", SDN), ("ALT.CSV", ALT), ("ADD.CSV", ADD)):
        (tmp_path / name).write_text(text, encoding="latin-1")
    return tmp_path


def test_ofacs_three_files_are_one_list_and_broken_rows_are_kept(folder: Path) -> None:
    read = read_watchlist(folder, max_rejected=Decimal("0.5"))
    first, second = read.entries
    assert (first.id, first.aliases, first.countries) == ("36", ("AERO-CARIBBEAN",), ("Cuba",))
    assert (second.kind, second.born) == ("person", ("1948-12-10",))
    assert read.rows == 6, "the mark of the end of file is no row"
    assert [(b.file, b.row) for b in read.broken] == [("SDN.CSV", 3), ("ALT.CSV", 2)]
    assert "2 cells where 12 are needed" in read.broken[0].reason.en
    assert read_watchlist(folder / "SDN.CSV", max_rejected=Decimal("0.5")) == read


def test_too_many_broken_rows_stop_it_and_name_the_first(folder: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_watchlist(folder)
    said = caught.value.in_language("en")
    assert "2 of 6 rows" in said
    assert "row 3" in said
    assert "--max-rejected" in said


def test_a_list_in_a_workbook_reads_as_one_in_a_text_file(tmp_path: Path) -> None:
    import xlsxwriter

    rows = [
        ("name", "aliases", "list date"),
        ("Wang Jie", "WANG Jay", "2026-05-31"),
        ("Acme", "", ""),
    ]
    with xlsxwriter.Workbook(str(tmp_path / "list.xlsx")) as workbook:
        sheet = workbook.add_worksheet()
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    (tmp_path / "list.csv").write_text("\n".join(",".join(cells) for cells in rows))
    read = read_watchlist(tmp_path / "list.xlsx")
    assert [entry.name for entry in read.entries] == ["Wang Jie", "Acme"]
    assert read.entries == read_watchlist(tmp_path / "list.csv").entries


def test_a_table_with_headings_in_either_language(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(
        "编号,姓名,别名,类型,出生日期,名单日期,来源\n"
        "a,王杰,Wang Jie；WANG Jay,个人,1993/09/14,2026-05-31,公告\n".encode("gb18030")
    )
    read = read_watchlist(path)
    (entry,) = read.entries
    assert entry.aliases == ("Wang Jie", "WANG Jay")
    assert (entry.kind, entry.born) == ("person", ("1993-09-14",))
    assert (read.dated, read.source) == (date(2026, 5, 31), "公告")


def test_a_list_of_countries_names_its_day_and_source(tmp_path: Path) -> None:
    path = tmp_path / "fatf.csv"
    path.write_text(
        "list,fatf_category,jurisdiction,iso2,as_of,source\n"
        "black,call_for_action,Iran,IR,2025-10-24,FATF\n",
        encoding="utf-8",
    )
    read = read_watchlist(path)
    assert (read.entries[0].code, read.entries[0].program) == ("IR", "call_for_action")
    assert read.dated == date(2025, 10, 24)


@pytest.mark.parametrize(
    ("text", "said"),
    [("a,b\n1,2\n", "no column of names"), ("name\n", "empty"), ("name,kind\n,x\n", "no name")],
)
def test_what_is_no_list_is_refused_with_the_mend(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_watchlist(path)
    assert said in caught.value.in_language("en")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        read_watchlist(tmp_path / "nothing.csv")
