"""The names of a list, found again by names that are like them, fast.

Comparing every customer with every name would be 2,000 million comparisons for 100,000 customers
and 20,000 names. So tokens are compared first, each different one once; names that share enough
weight in like tokens become candidates, and only those are compared in full. Names written
together ("Alqaida") are found by their letters.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from kefen.methods.screening.compare import ALIKE, Comparison, compare
from kefen.methods.screening.names import consonants, missing_packages, name_form
from kefen.methods.screening.short_forms import COMMON_FORM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kefen.methods.screening.names import NameForm

_ROWS_AT_ONCE = 512
_TOKENS_AT_ONCE = 1024
# A score needs pairs that hold its part of the lighter name's weight; likeness below 1 and tokens
# that weigh differently on the two sides leave some room.
_ROOM = 0.75
LOWEST_THRESHOLD = 70


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that is like a listed one.

    Attributes:
        ours: The place of the customer's name among those asked about.
        listed: The place of the listed name among those fitted.
        comparison: How alike they are, and why.
    """

    ours: int
    listed: int
    comparison: Comparison


class NameIndex:
    """Finds the names of a list that a name is like.

    Args:
        threshold: The lowest score of a candidate, 70 to 100.

    Attributes:
        names_: The listed names, ready to be compared.
        weights_: How much each token of the list weighs: ln(1 + names / names with the token).

    Raises:
        ValueError: The threshold is outside 70 to 100.
    """

    def __init__(self, threshold: float = 85.0) -> None:
        if not LOWEST_THRESHOLD <= threshold <= 100:
            raise ValueError(f"the threshold is {LOWEST_THRESHOLD} to 100, not {threshold}")
        self.threshold = threshold
        self.names_: tuple[NameForm, ...] = ()
        self.weights_: dict[str, float] = {}

    def fit(self, names: Sequence[str]) -> NameIndex:
        """Learn the names of a list.

        Args:
            names: The names and aliases, as written.
        """
        self.names_ = tuple(name_form(name) for name in names)
        counts = Counter(token for form in self.names_ for token in set(form.tokens))
        self.weights_ = {t: math.log1p(len(self.names_) / n) for t, n in counts.items()}
        self._rarest = math.log1p(len(self.names_))
        return self

    def weight(self, token: str) -> float:
        """Return how much a token weighs; one that the list does not have weighs most."""
        return self.weights_.get(token, self._rarest)

    def candidates(
        self, names: Sequence[str], on_part: Callable[[int], None] | None = None
    ) -> Iterator[Candidate]:
        """Yield the listed names that each name is like, name by name, the best first.

        Args:
            names: The names to look for, as written.
            on_part: Called with the number of names that are done, from time to time.

        Raises:
            CallError: The packages for screening are not installed.
        """
        forms = [name_form(name) for name in names]
        pairs = sorted({*self._by_tokens(forms), *self._by_letters(forms), *self._by_bones(forms)})
        found: list[Candidate] = []
        place = -1
        for ours, listed in pairs:
            if ours != place:
                yield from _best_first(found)
                found = []
                place = ours
                if on_part is not None:
                    on_part(ours)
            comparison = compare(forms[ours], self.names_[listed], self.weight)
            if comparison.score >= self.threshold:
                found.append(Candidate(ours, listed, comparison))
        yield from _best_first(found)

    def _by_tokens(self, forms: Sequence[NameForm]) -> Iterator[tuple[int, int]]:
        """Yield the pairs that share enough weight in like tokens."""
        listed = [form.tokens for form in self.names_]
        yield from self._sharing([form.tokens for form in forms], listed, self.weight)

    def _by_bones(self, forms: Sequence[NameForm]) -> Iterator[tuple[int, int]]:
        """Yield the pairs that share consonants, one of them written without vowels."""
        for bare in (True, False):
            ours = [i for i, form in enumerate(forms) if form.without_vowels is bare]
            listed = [i for i, form in enumerate(self.names_) if form.without_vowels is not bare]
            if ours and listed:
                for a, b in self._sharing(
                    [tuple(map(consonants, forms[i].tokens)) for i in ours],
                    [tuple(map(consonants, self.names_[i].tokens)) for i in listed],
                    lambda _: 1.0,
                ):
                    yield ours[a], listed[b]

    def _sharing(
        self,
        ours: Sequence[tuple[str, ...]],
        listed: Sequence[tuple[str, ...]],
        weight: Callable[[str], float],
    ) -> Iterator[tuple[int, int]]:
        our_words, listed_words = _vocabulary(ours), _vocabulary(listed)
        if not our_words or not listed_words:
            return
        like = _like_tokens(list(our_words), list(listed_words))
        heavy = np.array([weight(token) for token in listed_words])
        # How much weight each of our tokens finds in each token of the list.
        reach = like.multiply(heavy[None, :]).tocsr()
        names = _incidence(listed, listed_words).T.tocsr()
        rows = _incidence(ours, our_words)
        listed_mass = np.asarray(names.T @ heavy).ravel()
        our_heavy = _own_weights(list(our_words), listed_words, reach, weight)
        our_mass = np.asarray(rows @ our_heavy).ravel()
        needed = _ROOM * self.threshold / 100
        for start in range(0, rows.shape[0], _ROWS_AT_ONCE):
            shared = ((rows[start : start + _ROWS_AT_ONCE] @ reach) @ names).tocoo()
            mass = np.minimum(listed_mass[shared.col], our_mass[start + shared.row])
            kept = shared.data >= needed * mass
            for row, column in zip(shared.row[kept], shared.col[kept], strict=True):
                yield start + int(row), int(column)

    def _by_letters(self, forms: Sequence[NameForm]) -> Iterator[tuple[int, int]]:
        """Yield the pairs that are alike when they are written without blanks."""
        try:
            from rapidfuzz import fuzz, process
        except ImportError as error:
            raise missing_packages() from error
        listed = [form.compact for form in self.names_]
        for start in range(0, len(forms), _ROWS_AT_ONCE):
            part = [form.compact for form in forms[start : start + _ROWS_AT_ONCE]]
            scores = process.cdist(
                part, listed, scorer=fuzz.ratio, score_cutoff=self.threshold, dtype=np.uint8
            )
            for row, column in np.argwhere(scores):
                yield start + int(row), int(column)


def _best_first(found: list[Candidate]) -> list[Candidate]:
    return sorted(found, key=lambda each: (-each.comparison.score, each.listed))


def _vocabulary(names: Sequence[tuple[str, ...]]) -> dict[str, int]:
    words = dict.fromkeys(token for tokens in names for token in tokens if token)
    return {token: place for place, token in enumerate(words)}


def _incidence(names: Sequence[tuple[str, ...]], words: dict[str, int]) -> Any:
    cells = [(row, words[token]) for row, own in enumerate(names) for token in set(own) if token]
    rows, columns = ([cell[side] for cell in cells] for side in (0, 1))
    shape = (len(names), len(words))
    return sparse.csr_matrix((np.ones(len(cells)), (rows, columns)), shape=shape)


def _own_weights(
    ours: list[str], listed: dict[str, int], reach: Any, weight: Callable[[str], float]
) -> Any:
    """Return what our tokens weigh: a misspelt one as the lightest that it may stand for."""
    lightness = reach.copy()
    lightness.data = 1 / lightness.data
    most = lightness.max(axis=1).toarray().ravel()
    return np.array(
        [
            weight(token) if token in listed or not found else 1 / found
            for token, found in zip(ours, most, strict=True)
        ]
    )


def _like_tokens(ours: list[str], listed: list[str]) -> Any:
    """Return which tokens are alike (rows ours, columns the list's), each different one once."""
    try:
        from rapidfuzz import process
        from rapidfuzz.distance import JaroWinkler
    except ImportError as error:
        raise missing_packages() from error
    rows: list[Any] = []
    columns: list[Any] = []
    for start in range(0, len(ours), _TOKENS_AT_ONCE):
        alike = process.cdist(
            ours[start : start + _TOKENS_AT_ONCE],
            listed,
            scorer=JaroWinkler.normalized_similarity,
            score_cutoff=ALIKE,
            dtype=np.float32,
        )
        found = np.argwhere(alike > 0)
        rows.append(found[:, 0] + start)
        columns.append(found[:, 1])
    forms = _same_name(ours, listed)
    rows.append(forms[:, 0])
    columns.append(forms[:, 1])
    first, second = np.concatenate(rows), np.concatenate(columns)
    shape = (len(ours), len(listed))
    alike = sparse.csr_matrix((np.ones(len(first)), (first, second)), shape=shape)
    alike.data[:] = 1.0  # a pair found both ways counts once
    return alike


def _same_name(ours: list[str], listed: list[str]) -> Any:
    """Return the pairs of tokens that are forms of one given name."""
    groups: dict[str, list[int]] = {}
    for place, token in enumerate(listed):
        if token in COMMON_FORM:
            groups.setdefault(COMMON_FORM[token], []).append(place)
    pairs = [
        (place, other)
        for place, token in enumerate(ours)
        for other in groups.get(COMMON_FORM.get(token, ""), ())
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
