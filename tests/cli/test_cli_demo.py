"""`kefen demo`: a real year as a book, graded and shown; what is generated says so."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_the_demo_makes_a_book_grades_it_and_says_what_next(call) -> None:
    begun = time.monotonic()
    answer = call("demo", "--lang", "zh")
    assert time.monotonic() - begun < 120  # 60 s on a machine that does nothing else
    assert answer.code == 0, answer.err
    for said in ("2011-11-30", "示例数据", "ABC 分类", "CC BY 4.0", "接下来", "kefen explain"):
        assert said in answer.out
    place = Path("kefen-demo")
    assert (place / "results" / "report.html").is_file()
    assert [path for path in Path().iterdir() if path.name != "kefen-demo"] == []

    batches = call("batches", "--book", place, "--json").json["batches"]
    assert {batch["table"] for batch in batches} >= {"customers", "orders", "receivables"}
    generated = {name for b in batches for file in b["files"] for name in file["generated"]}
    assert {"receivables", "customers.industry"} <= generated
    page = (place / "results" / "report.html").read_text(encoding="utf-8")
    assert "生成" in page

    regraded = call("grade", "--book", place, "--no-report", "--lang", "en")
    assert "partly generated" in regraded.out
    assert call("explain", "14646", "--book", place, "--json").json["customer_id"] == "14646"

    assert call("demo").code == 2
    assert call("demo", "--overwrite", "--quiet").code == 0
    runs = sorted(path.name for path in (place / "lake" / "run_files").iterdir())
    assert runs == ["2011-10-31-1", "2011-11-30-1"]


def test_the_demo_replaces_nothing_but_a_demo(call, book: Path) -> None:
    answer = call("demo", book, "--overwrite")
    assert answer.code == 2
    assert (book / "kefen.toml").is_file()
