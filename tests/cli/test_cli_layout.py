"""Lines that fit the terminal in both scripts, and what a large run is said to need."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.cli.estimate import LARGE_BYTES, estimate
from kefen.cli.layout import definition_list, padded, wrapped
from kefen.cli.terminal import BAR_CELLS, bar, money, percent
from kefen.domain.text import display_width

WORDS = st.text(alphabet="ab 客户，。（）-1", max_size=120)


@given(WORDS, st.integers(20, 100))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        closing = len(line) - len(line.rstrip("，。）1"))
        one_word = " " not in line.strip() and not any(c in line for c in "客户")
        assert display_width(line) <= width + 2 * closing or one_word or "（" in line


def test_lines_never_begin_with_a_closing_mark_or_end_with_an_opening_one() -> None:
    text = "客户分级（按销售额），以及（其他）方案。" * 5
    lines = wrapped(text, 21)
    assert len(lines) > 5
    assert not any(line[0] in "，。）" or line[-1] == "（" for line in lines)


def test_chinese_takes_two_cells() -> None:
    assert display_width("客户 A") == 6
    assert padded("客户", 6) == "客户  "


def test_descriptions_stand_in_one_column() -> None:
    lines = list(definition_list([("--a", "一"), ("--long 文件", "二 三")], 80))
    assert {
        display_width(line[: line.index(mark)]) for line, mark in zip(lines, "一二", strict=True)
    } == {15}


@given(st.decimals(0, 10**14, places=4), st.decimals("0.0001", 10**14, places=4))
def test_bars_grow_with_the_share(part: Decimal, rest: Decimal) -> None:
    whole = part + rest
    cells = len(bar(part, whole))
    assert 0 <= cells <= BAR_CELLS
    assert (cells > 0) == (part > 0)
    assert cells >= len(bar(part / 2, whole))


def test_shares_and_money_are_rounded_half_up() -> None:
    assert percent(1, 8) == "12.5 %"
    assert percent(Decimal("0.0005"), 1) == "0.1 %"
    assert percent(1, 0) == "–"
    # What is next to nothing has no sign, returns either.
    assert (percent(-3, 100_000), percent(-1, 1_000)) == ("0.0 %", "-0.1 %")
    assert money(Decimal("-1234.565")) == "-1,234.57"


def test_rows_of_parquet_are_counted_and_of_text_guessed(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": range(1000)}), tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_bytes(b"x" * 8000)
    assert estimate([tmp_path / "a.parquet"], report=False).rows == 1000
    both = estimate([tmp_path / "a.parquet", tmp_path / "a.csv"], report=False)
    assert both.rows == 1100
    assert not both.large


def test_a_run_takes_longer_where_reports_are_written(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(400_000_000)
    bare, reported = (estimate([large], report=report).seconds for report in (False, True))
    assert 0 < bare < reported


def test_a_run_that_the_disk_cannot_hold_is_refused_before_work(call, tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.write(b"order_id,customer_id,ordered_at,amount\n")
        try:
            file.truncate(8 * 2**40)
        except OSError:
            pytest.skip("this file system holds no sparse file of 8 TB")
    answer = call("grade", "--orders", huge, "--out", tmp_path / "out")
    assert answer.code == 1
    assert "GB free" in answer.err
    assert "--out" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_large_run_is_announced_in_words(call, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.write(b"PK\x03\x04 this is no workbook")
        file.truncate(LARGE_BYTES + 1)
    answer = call("grade", "--orders", large)
    assert answer.code == 1
    announced, _, refused = answer.err.partition("\n")
    assert "2.0 GB" in announced
    assert "temporary disk" in announced
    assert refused.startswith("Error: ")
