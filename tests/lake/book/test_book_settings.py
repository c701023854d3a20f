"""Making and opening books, and what `kefen.toml` may say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.errors import BookError
from kefen.lake.book import Book, BookSettings
from kefen.lake.book.settings import read_settings, write_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_book_opens_with_what_it_was_made_with(tmp_path: Path) -> None:
    made = Book.create(
        tmp_path / "新账套",
        name='Acme "East"\\客户',
        timezone="Asia/Shanghai",
        currency="CNY",
        country="中国",
        language="zh",
    )
    opened = Book.open(tmp_path / "新账套")

    assert opened.settings == made.settings
    assert opened.standards.is_dir()
    assert opened.imports.batches() == []
    assert opened.runs.all() == []
    assert opened.versions() == {}


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_any_name_comes_back(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    directory = tmp_path_factory.mktemp("settings")
    write_settings(directory, BookSettings(name))
    assert read_settings(directory) == BookSettings(name)


def test_a_book_is_made_beside_other_files_but_never_over_a_book(tmp_path: Path) -> None:
    (tmp_path / "orders.xlsx").write_text("x")
    Book.create(tmp_path, name="Acme")
    with pytest.raises(BookError, match="a book here already"):
        Book.create(tmp_path, name="Beta")
    assert Book.open(tmp_path).settings.name == "Acme"


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Shanghai"},
        {"timezone": "../etc/passwd"},
        {"currency": "yuan"},
        {"language": "fr"},
        {"name": " "},
        {"country": ""},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    settings: dict[str, object] = {"name": "Acme", **wrong}
    with pytest.raises(BookError):
        Book.create(tmp_path / "book", **settings)  # type: ignore[arg-type]
    assert not (tmp_path / "book").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "not a Kefen book"),
        ('format = 2\nname = "x"', "reads up to format 1"),
        ('format = "1"\nname = "x"', "damaged"),
        ("format = 1", "damaged: name"),
        ("format = 1\nname = 3", "damaged: name"),
        ("format = 1\nname = ", "damaged"),
        ('format = 1\nname = "x"\ntimezone = "Nowhere/City"', "not a timezone"),
        ('format = 1\nname = "x"\nengine = "abacus"', "not a engine"),
        ('format = 1\nname = "x"', "folder lake is missing"),
    ],
)
def test_what_is_no_sound_book_is_refused_in_words(
    tmp_path: Path, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "kefen.toml").write_text(content)
    with pytest.raises(BookError, match=message) as refused:
        Book.open(tmp_path)
    assert str(tmp_path) in refused.value.in_language("zh")


def test_unknown_settings_of_the_same_format_are_kept_out_of_the_way(tmp_path: Path) -> None:
    book = Book.create(tmp_path / "book", name="Acme")
    path = book.directory / "kefen.toml"
    path.write_text(path.read_text() + 'colour = "red"\n')
    assert Book.open(book.directory).settings == book.settings


def test_a_path_with_a_percent_sign_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="percent sign"):
        Book.create(tmp_path / "100%25", name="Acme")
