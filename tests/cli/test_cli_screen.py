"""`kefen screen` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kefen.cli.main import cli

CUSTOMERS = "customer_id,name,country,别名\n1,Acme,Iran,\n2,李小龙,Germany,Bruce Lee\n3,,Irann,\n"
LIST = 'name,aliases,kind\nACME LIMITED,,company\n"LI, Xiaolong",,person\n'


def called(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [str(a) for a in arguments])
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    return tmp_path


def screened(folder: Path, *further: object) -> tuple[int, str]:
    return called(
        "screen", "names", "--customers", folder / "customers.csv", "--list", folder / "list.csv",
        "--out", folder / "out", *further,
    )  # fmt: skip


def test_candidates_and_what_is_said_of_them(folder: Path) -> None:
    code, said = screened(folder, "--dated", "2026-05-01", "--on", "2026-06-30", "--lang", "en")
    assert code == 0, said
    assert "2 candidates for 2 customers" in said
    assert "the list is 60 days old" in said
    assert "1 customer has no name" in said
    assert "confirmed by your compliance team" in said
    record = json.loads((folder / "out/screening.json").read_text(encoding="utf-8"))
    assert record["older_than_allowed"] is True
    assert record["checksum"]


def test_for_machines_and_in_chinese(folder: Path) -> None:
    code, said = screened(folder, "--dated", "2026-05-01", "--on", "2026-05-02", "--json")
    assert code == 0
    assert json.loads(said)["candidates"] == 2
    code, said = screened(
        folder, "--dated", "2026-05-01", "--on", "2026-05-02", "--overwrite", "--lang", "zh"
    )
    assert "须经本单位合规部门确认" in said


def test_a_list_without_a_day_is_asked_for_it(folder: Path) -> None:
    code, said = screened(folder, "--lang", "en")
    assert code == 2
    assert "--dated" in said


def test_a_threshold_out_of_range_and_a_column_that_is_not_there(folder: Path) -> None:
    for wrong in (("--threshold", "50"), ("--names", "nothing")):
        code, _ = screened(folder, "--dated", "2026-05-01", *wrong)
        assert code == 2


def test_countries_that_are_not_understood_are_named(folder: Path) -> None:
    (folder / "fatf.csv").write_text(
        "fatf_category,jurisdiction,iso2,as_of,source\ncall_for_action,Iran,IR,2025-10-24,FATF\n",
        encoding="utf-8",
    )
    code, said = called(
        "screen", "countries", "--customers", folder / "customers.csv", "--list",
        folder / "fatf.csv", "--out", folder / "risk.csv", "--json",
    )  # fmt: skip
    assert code == 0, said
    found = json.loads(said)
    assert (found["assessments"], found["listed"]) == (2, 1)
    assert found["countries_not_understood"] == {"Irann": 1}
    assert "call for action" in (folder / "risk.csv").read_text(encoding="utf-8-sig")


def test_judged_candidates_are_not_overwritten(folder: Path) -> None:
    assert screened(folder, "--dated", "2026-05-01")[0] == 0
    matches = folder / "out/matches.csv"
    lines = matches.read_text(encoding="utf-8-sig").splitlines()
    lines[1] = lines[1].removesuffix(",,,") + ",confirmed,Li,2026-05-02"
    matches.write_text("\n".join(lines), encoding="utf-8")
    code, said = screened(folder, "--dated", "2026-05-01", "--overwrite", "--lang", "en")
    assert code == 2
    assert "have been judged" in said
    code, said = called("screen", "judged", "--file", matches, "--out", folder / "j.csv", "--json")
    assert json.loads(said) == {"assessments": 1, "open": 1, "out": str(folder / "j.csv")}
