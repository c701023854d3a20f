"""A published copy in columns, as whole numbers: read into memory and compared a million at once.

Rows answer who somebody is; columns answer who meets some conditions. Grades, numbers, days, truths
and texts of few different words are kept as whole numbers, customer after customer in the order of
their ids, in parts of the database; a page that needs a column reads it once. What people change
after a copy is made is not in its columns: an `EditedRow` says who has to be looked up in the rows
instead.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kefen.workspace.runs.models import ColumnPart, Publication
from kefen.workspace.runs.published import EXACT, SEARCHED
from kefen.workspace.runs.searching import SearchedTexts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

IDS = "customer_id"
TEXTS = "searched"
_WORDS = "words"
_TEXT = "text"
_END = b"\0"
_LONGEST_ID = 64
_MOST_WORDS = 32_000
_IN_A_PART = 65_536
_MOST_BYTES = 768 * 1024 * 1024
_SIZES = (np.int8, np.int16, np.int32, np.int64)
_NUMBERS = ("rank", "boolean", "integer", "decimal", "date")


def nothing_in(values: NDArray[Any]) -> int:
    """Return the number that stands for no value in a column."""
    return int(np.iinfo(values.dtype).min)


class ColumnWriter:
    """Writes the columns of a publication while its rows are inserted.

    Args:
        publication: The publication.
    """

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self._part = 0
        self._rows: list[tuple[Any, ...]] = []
        self._written = 0
        self._last = ""
        self._fits = True
        self._words: dict[str, dict[str, int]] = {}
        self._places: dict[str, int] = {}
        self._kinds: dict[str, str] = {}
        for place, one in enumerate(publication.columns, 1):
            if one["type"] in _NUMBERS:
                self._places[one["name"]] = place
                self._kinds[one["name"]] = one["type"]
            elif one["name"] not in (*SEARCHED, *EXACT):
                self._places[one["name"]] = place
                self._words[one["name"]] = {}

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Take rows as `insert_rows` returned them, those of later ids after earlier ones."""
        for row in rows:
            number = row[0]
            # Columns are found by ids in order, and kept by their bytes.
            self._fits &= number > self._last and len(number.encode()) <= _LONGEST_ID
            self._fits &= "\0" not in number
            self._last = number
        if not self._fits:
            self._rows = []
            return
        self._rows += rows
        while len(self._rows) >= _IN_A_PART:
            self._flush(self._rows[:_IN_A_PART])
            self._rows = self._rows[_IN_A_PART:]

    def finish(self) -> None:
        """Write what is left, and note that the columns are whole."""
        if self._fits and self._rows:
            self._flush(self._rows)
        if not self._fits or not self._written:
            ColumnPart.objects.filter(publication=self._publication).delete()
            return
        ColumnPart.objects.bulk_create(
            ColumnPart(
                publication=self._publication,
                name=name,
                part=-1,
                kind=_WORDS,
                content=json.dumps(list(words)).encode(),
            )
            for name, words in self._words.items()
        )
        self._publication.in_columns = self._written
        self._publication.save(update_fields=["in_columns"])

    def _flush(self, rows: list[tuple[Any, ...]]) -> None:
        columns = list(zip(*rows, strict=True))
        parts = [
            (IDS, _TEXT, _END.join(one.encode() for one in columns[0]) + _END),
            (TEXTS, _TEXT, "".join(f"{one}\n" for one in map(_in_a_line, columns[-1])).encode()),
        ]
        for name, place in list(self._places.items()):
            numbers = self._numbers(name, columns[place])
            if numbers is None:  # too many different words
                del self._places[name], self._words[name]
                ColumnPart.objects.filter(publication=self._publication, name=name).delete()
                continue
            parts.append((name, numbers.dtype.name, numbers.tobytes()))
        ColumnPart.objects.bulk_create(
            (
                ColumnPart(
                    publication=self._publication,
                    name=name,
                    part=self._part,
                    kind=kind,
                    content=content,
                )
                for name, kind, content in parts
            ),
            batch_size=20,
        )
        self._part += 1
        self._written += len(rows)

    def _numbers(self, name: str, values: Sequence[Any]) -> NDArray[Any] | None:
        """Return values as numbers of the smallest size that holds them; None where none does."""
        words = self._words.get(name)
        if words is None:
            as_number = _AS_NUMBER.get(self._kinds[name], int)
            known = [None if value is None else as_number(value) for value in values]
        else:
            known = [
                None if value is None else words.setdefault(value, len(words)) for value in values
            ]
            if len(words) > _MOST_WORDS:
                return None
        given = [one for one in known if one is not None]
        low, high = (min(given), max(given)) if given else (0, 0)
        for size in _SIZES:
            edges = np.iinfo(size)
            if edges.min < low and high <= edges.max:
                nothing = int(edges.min)
                return np.array([nothing if one is None else one for one in known], dtype=size)
        raise OverflowError(f"{name}: {low} to {high}")


def _day_number(value: Any) -> int:
    return (value if isinstance(value, date) else date.fromisoformat(value)).toordinal()


_AS_NUMBER: Mapping[str, Callable[[Any], int]] = {"date": _day_number}


def _in_a_line(text: str) -> str:
    return text.replace("\n", " ")


class Columns:
    """The columns of a published copy; each is read when it is first asked for.

    Attributes:
        publication: The copy.
        rows: How many customers they hold.
    """

    def __init__(self, publication: Publication) -> None:
        self.publication = publication
        self.rows = publication.in_columns or 0
        self._types = {one["name"]: one["type"] for one in publication.columns}

    def type_of(self, name: str) -> str | None:
        """Return the type of a column that is kept as numbers; None of any other."""
        if name in (*SEARCHED, *EXACT):
            return None
        kind = self._types.get(name)
        return None if kind == "text" and self.words(name) is None else kind

    def numbers(self, name: str) -> NDArray[Any]:
        """Return a column: decimals in ten-thousandths, days counted, texts by their word's place.

        Args:
            name: The name of a column that has a `type_of`.
        """
        found: NDArray[Any] = _kept(self.publication, name, self._read_numbers)
        return found

    def words(self, name: str) -> list[str] | None:
        """Return the words that a column of texts is made of, in order; None where it is not."""
        found: list[str] | None = _kept(self.publication, f"{name} {_WORDS}", self._read_words)
        return found

    def places(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """Return the places of customers; those that are not in the columns are left out."""
        known = self._ids()
        width = known.dtype.itemsize
        wanted = [code for one in ids if len(code := one.encode()) <= width]
        if not wanted or not self.rows:
            return np.zeros(0, dtype=np.int64)
        asked = np.array(wanted, dtype=known.dtype)
        found = np.minimum(np.searchsorted(known, asked), self.rows - 1)
        place: NDArray[np.int64] = found[known[found] == asked]
        return place

    def place_after(self, customer_id: str, *, itself: bool) -> int:
        """Return the first place with an id after a customer's; or the customer's, if `itself`."""
        known = self._ids()
        code = customer_id.encode()
        wide = np.dtype(("S", max(known.dtype.itemsize, len(code), 1)))
        side: Literal["left", "right"] = "left" if itself else "right"
        asked: Any = np.array(code, wide)
        same: Any = known.astype(wide, copy=False)
        return int(np.searchsorted(same, asked, side))

    def ids(self, places: NDArray[np.int64]) -> list[str]:
        """Return the ids of customers by their places."""
        return [one.decode() for one in self._ids()[places].tolist()]

    def texts(self) -> SearchedTexts:
        """Return the texts that customers are searched by."""
        found: SearchedTexts = _kept(self.publication, TEXTS, self._read_texts)
        return found

    def _ids(self) -> NDArray[Any]:
        found: NDArray[Any] = _kept(self.publication, IDS, self._read_ids)
        return found

    def _parts(self, name: str) -> list[tuple[str, bytes]]:
        parts = ColumnPart.objects.filter(publication=self.publication, name=name)
        ordered = parts.order_by("part").values_list("kind", "content")
        return [(kind, bytes(content)) for kind, content in ordered]

    def _read_numbers(self, name: str) -> NDArray[Any]:
        arrays = [
            np.frombuffer(content, dtype=kind)
            for kind, content in self._parts(name)
            if kind != _WORDS
        ]
        if not arrays:
            return np.full(self.rows, np.iinfo(np.int8).min, dtype=np.int8)
        size = max((one.dtype for one in arrays), key=lambda one: one.itemsize)
        nothing = np.iinfo(size).min
        wide = [
            one
            if one.dtype == size
            else np.where(one == nothing_in(one), nothing, one.astype(size))
            for one in arrays
        ]
        found = np.concatenate(wide).astype(size, copy=False)
        words = self._first_words(name)
        if words is not None and words:
            order = sorted(range(len(words)), key=words.__getitem__)
            rank = np.empty(len(words) + 1, dtype=size)
            rank[order] = np.arange(len(words))
            rank[-1] = nothing
            found = rank[np.where(found == nothing, len(words), found)]
        return found

    def _first_words(self, name: str) -> list[str] | None:
        found = ColumnPart.objects.filter(publication=self.publication, name=name, kind=_WORDS)
        content = found.values_list("content", flat=True).first()
        return None if content is None else [str(one) for one in json.loads(bytes(content))]

    def _read_words(self, key: str) -> list[str] | None:
        words = self._first_words(key.removesuffix(f" {_WORDS}"))
        return None if words is None else sorted(words)

    def _read_ids(self, name: str) -> NDArray[Any]:
        whole = b"".join(content for _, content in self._parts(name))
        return np.array(whole.split(_END)[:-1], dtype=np.bytes_)

    def _read_texts(self, name: str) -> SearchedTexts:
        return SearchedTexts(b"".join(content for _, content in self._parts(name)))


def columns_of(publication: Publication) -> Columns | None:
    """Return the columns of a copy; None where it has none."""
    return Columns(publication) if publication.in_columns else None


_held: OrderedDict[tuple[Any, ...], tuple[Any, int]] = OrderedDict()
_reading = threading.Lock()


def _kept(publication: Publication, name: str, read: Callable[[str], Any]) -> Any:
    """Return what was read of a copy, which never changes; what was not used for long goes."""
    key = (publication.pk, publication.made_at, name)
    with _reading:  # of several people who need it first, one reads
        if key in _held:
            _held.move_to_end(key)
            return _held[key][0]
        found = read(name)
        _held[key] = (found, _bytes_of(found))
        while sum(size for _, size in _held.values()) > _MOST_BYTES and len(_held) > 1:
            _held.popitem(last=False)
        return found


def _bytes_of(found: Any) -> int:
    if isinstance(found, np.ndarray | SearchedTexts):
        return found.nbytes
    return 64 * len(found) if found else 64
