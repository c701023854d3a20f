"""The customer card and the prospect card, printed by a real browser: one page each."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import kefen.workspace

STYLES = Path(kefen.workspace.__file__).parent / "shell" / "static" / "kefen" / "app.css"
CHROMIUM = shutil.which("chromium")


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("customer", ["C060", "C069"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_card_is_one_page_of_a4(customer, language, signed_in, tmp_path):
    page = signed_in("manager", language).get(f"/customers/{customer}/card/").content.decode()
    page = re.sub(r'href="[^"]*app\.css[^"]*"', f'href="{STYLES.as_uri()}"', page)
    page = re.sub(r"<script[^>]*></script>", "", page)
    (tmp_path / "card.html").write_text(page, encoding="utf-8")
    paper = tmp_path / "card.pdf"
    subprocess.run(
        [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--allow-file-access-from-files",
            "--no-pdf-header-footer",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--print-to-pdf={paper}",
            (tmp_path / "card.html").as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    content = paper.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", content)) == 1
    # A4 is 595 by 842 points; a page that was not styled would be taller than one.
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12][.\d]*\]", content)
