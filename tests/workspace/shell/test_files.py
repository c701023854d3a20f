"""What pages load: only files of the package, unchanged, under a strict policy."""

from __future__ import annotations

import hashlib
import re
from io import StringIO
from pathlib import Path

from django.core.management import call_command

import kefen.workspace

FOLDER = Path(kefen.workspace.__file__).parent
VENDOR = FOLDER / "shell" / "static" / "kefen" / "vendor"


def test_vendored_files_are_those_that_the_table_names():
    table = (VENDOR / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"`([\w.-]+)` \| ([0-9a-f]{64}) \|", table))
    assert set(rows) == {path.name for path in VENDOR.iterdir() if path.suffix in (".js", ".svg")}
    for name, wanted in rows.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == wanted
    assert {path.name for path in VENDOR.glob("*.LICENSE")} == {
        "htmx.LICENSE",
        "tabler-icons.LICENSE",
    }


def test_every_icon_that_a_template_names_is_there():
    known = set(re.findall(r'id="i-([\w-]+)"', (VENDOR / "tabler-icons.svg").read_text()))
    used = set()
    for path in FOLDER.rglob("templates/**/*.html"):
        used |= set(re.findall(r'\{% icon "([\w-]+)"', path.read_text(encoding="utf-8")))
    context = (FOLDER / "shell" / "context.py").read_text(encoding="utf-8")
    used |= set(re.findall(r'"([a-z]+(?:-[a-z]+)*)",\s+"\w+:\w+"', context))
    assert used <= known


def test_templates_have_no_inline_script_or_style():
    for path in FOLDER.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src)|https?://", text), path


def test_the_style_sheet_keeps_to_what_old_browsers_know():
    text = (FOLDER / "shell" / "static" / "kefen" / "app.css").read_text(encoding="utf-8")
    assert not re.search(r"light-dark\(|oklch\(|color-mix\(|:has\(|@import|url\(", text)


def test_every_answer_carries_the_policy(signed_in):
    for address in ("/", "/nothing/", "/static/kefen/app.js"):
        headers = signed_in("manager").get(address).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_the_models_have_their_migrations(db):
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
