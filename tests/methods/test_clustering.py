"""Clusters: published figures, and the same clusters whatever the order of the rows."""

from __future__ import annotations

import csv
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.metrics import adjusted_rand_score

from kefen.methods.clustering import Category, Clusters, Indicator, find_clusters, verdict
from kefen.methods.clustering.indicators import FURTHEST, UNIT, learned
from kefen.methods.clustering.partitions import k_means, sampled, sorted_rows, ward_labels
from kefen.methods.clustering.quality import labelled, stability
from kefen.methods.errors import NotEstimableError

SPENDING = ("Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen")
FEW = 5  # bootstrap samples, where stability is not what is tested


def columns(path: Path, names: tuple[str, ...]) -> tuple[dict[str, list[Any]], list[Any]]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [Decimal(row[name]) for row in rows] for name in names}, rows


def groups(n: int, *middles: tuple[float, ...], spread: float = 0.3) -> dict[str, list[float]]:
    generator = np.random.default_rng(4)
    points = np.concatenate([generator.normal(m, spread, (n, len(m))) for m in middles])
    return {f"x{j}": points[:, j].round(4).tolist() for j in range(points.shape[1])}


def plain(data: dict[str, list[Any]]) -> list[Indicator | Category]:
    return [Indicator(name) for name in data]


THREE = groups(40, (1, 1), (5, 1), (3, 6))


@pytest.mark.reference
def test_the_wholesale_figures(reference_data: Path) -> None:
    data, rows = columns(reference_data / "uci_wholesale" / "wholesale_customers.csv", SPENDING)
    found = find_clusters(data, [Indicator(n, "log") for n in SPENDING], ks=(2, 3, 4, 5))
    two, three, four, five = found.tried
    assert [round(c.silhouette or 0, 4) for c in (two, three)] == [0.2896, 0.2581]
    assert [round(c.davies_bouldin or 0, 3) for c in (two, three)] == [1.353, 1.346]
    # Four and five groups have several optima nearly as good as each other.
    assert four.silhouette == pytest.approx(0.1877, abs=0.005)
    assert five.silhouette == pytest.approx(0.1909, abs=0.001)
    assert [c.verdict for c in found.tried] == ["highly_stable", "pattern", "pattern", "unstable"]
    assert found.k == 2
    channel = [row["Channel"] for row in rows]
    labels = found.placed(data).cluster
    assert round(adjusted_rand_score(channel, labels), 3) == 0.520
    same = np.mean((labels == 1) == np.array([one == "2" for one in channel]))
    assert round(max(same, 1 - same), 3) == 0.861


@pytest.mark.reference
def test_the_mall_figures(reference_data: Path) -> None:
    names = ("Annual_Income", "Spending_Score")
    data, _ = columns(reference_data / "mall" / "Mall_Customers.csv", names)
    raw = [Indicator(name, scale="as_is") for name in names]
    found = find_clusters(data, raw, ks=(4, 5, 6))
    five = found.judged
    assert five.k == 5
    assert (round(five.silhouette or 0, 4), round(five.davies_bouldin or 0, 4)) == (0.5539, 0.5726)
    assert round(five.inertia, 2) == 44448.46
    assert five.least_stable > 0.94
    points, _ = found.coordinates(data)
    ordered = sorted_rows(points)
    tree = ward_labels(points, (5,))[5]
    assert round(adjusted_rand_score(tree, labelled(ordered, found.centres)), 3) == 0.942


def test_the_iris_figures() -> None:
    iris = load_iris()
    data = {name: iris.data[:, j].tolist() for j, name in enumerate("abcd")}
    found = find_clusters(data, [Indicator(n, scale="as_is") for n in "abcd"], k=3, bootstraps=FEW)
    assert (round(found.judged.inertia, 4), round(found.judged.silhouette or 0, 4)) == (
        78.8514,
        0.5528,
    )
    assert round(adjusted_rand_score(iris.target, found.placed(data).cluster), 4) == 0.7302


@pytest.mark.parametrize("method", ["k_means", "ward", "hdbscan"])
def test_every_method_finds_groups_that_stand_apart(method: Any) -> None:
    found = find_clusters(THREE, plain(THREE), method=method, bootstraps=FEW)
    assert found.k == 3
    assert found.judged.verdict == "highly_stable"
    labels = found.placed(THREE).cluster
    truth = np.repeat([0, 1, 2], 40)
    inside = labels > 0
    assert adjusted_rand_score(truth[inside], labels[inside]) == 1
    assert inside.mean() > 0.9
    # Numbered in descending order of the first indicator.
    assert labels[inside & (truth == 1)].tolist() == [1] * int((inside & (truth == 1)).sum())


@pytest.mark.parametrize("method", ["k_means", "ward", "hdbscan"])
@settings(max_examples=6)
@given(order=st.permutations(range(30)))
def test_the_order_of_rows_means_nothing(method: Any, order: list[int]) -> None:
    data = groups(10, (1, 1), (4, 1), (3, 5), spread=0.6)
    turned = {name: [values[n] for n in order] for name, values in data.items()}
    first = find_clusters(data, plain(data), method=method, ks=(2, 3), bootstraps=2, smallest=3)
    second = find_clusters(turned, plain(data), method=method, ks=(2, 3), bootstraps=2, smallest=3)
    assert first.as_dict() == second.as_dict()
    labels = first.placed(data).cluster
    assert second.placed(turned).cluster.tolist() == labels[order].tolist()


@settings(max_examples=15)
@given(
    values=st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=12, max_size=40
    ).filter(lambda rows: len(set(rows)) > 2)
)
def test_equal_customers_are_in_one_cluster(values: list[tuple[int, int]]) -> None:
    data = {"a": [v[0] for v in values], "b": [v[1] for v in values]}
    found = find_clusters(data, plain(data), ks=(2, 3), bootstraps=2, smallest=1)
    labels = found.placed(data).cluster.tolist()
    by_value: dict[tuple[int, int], set[int]] = {}
    for value, label in zip(values, labels, strict=True):
        by_value.setdefault(value, set()).add(label)
    assert all(len(seen) == 1 for seen in by_value.values())


def test_a_customer_alone_is_placed_as_among_all() -> None:
    found = find_clusters(THREE, plain(THREE), bootstraps=FEW)
    again = Clusters.from_dict(plain(THREE), found.as_dict())
    together = found.placed(THREE)
    for row in range(0, 120, 17):
        alone = again.placed({name: values[row : row + 1] for name, values in THREE.items()})
        assert alone.cluster[0] == together.cluster[row]
        assert (alone.own[0], alone.next_own[0]) == (together.own[row], together.next_own[row])
        assert alone.own[0] <= alone.next_own[0]


def test_numbers_continue_from_one_calibration_to_the_next() -> None:
    first = find_clusters(THREE, plain(THREE), k=3, bootstraps=2)
    # The middle one in the first indicator moves to the front, and keeps its number.
    later = groups(40, (1, 1), (5, 1), (6, 6))
    kept = find_clusters(later, plain(later), k=3, bootstraps=2, previous=first)
    assert kept.placed(later).cluster.tolist() == first.placed(THREE).cluster.tolist()
    alone = find_clusters(later, plain(later), k=3, bootstraps=2)
    assert alone.placed(later).cluster.tolist() != first.placed(THREE).cluster.tolist()
    more = groups(40, (1, 1), (5, 1), (3, 6), (12, 12))
    four = find_clusters(more, plain(more), k=4, bootstraps=2, previous=first)
    labels = four.placed(more).cluster
    assert labels[:120].tolist() == first.placed(THREE).cluster.tolist()
    assert set(labels[120:].tolist()) == {4}
    fewer = groups(40, (1, 1), (3, 6))
    two = find_clusters(fewer, plain(fewer), k=2, bootstraps=2, previous=four)
    again = find_clusters(more, plain(more), k=4, bootstraps=2, previous=two)
    assert len(set(again.names)) == 4
    assert max(again.names) > 4  # a number is never given to another group


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"x0": [1.0] * 30, "x1": [2.0] * 30}, "all customers are equal"),
        ({"x0": [1.0], "x1": [2.0]}, "only 1 customers"),
        ({"x0": [], "x1": []}, "no customer has a usable x0"),
        ({"x0": [None] * 30, "x1": [1.0] * 30}, "no customer has a usable x0"),
    ],
)
def test_what_cannot_be_grouped_says_why(data: dict[str, list[Any]], words: str) -> None:
    with pytest.raises(NotEstimableError, match=words):
        find_clusters(data, plain(data), bootstraps=FEW)


def test_fewer_different_customers_than_groups() -> None:
    data = {"x0": [1, 2] * 20}
    with pytest.raises(NotEstimableError, match="2 different customers cannot make 3"):
        find_clusters(data, plain(data), k=3)
    assert find_clusters(data, plain(data), bootstraps=FEW).k == 2


def test_an_equal_column_adds_nothing_and_unknown_values_are_placed_nowhere() -> None:
    data = THREE | {"x2": [7.0] * 120}
    found = find_clusters(data, plain(data), bootstraps=FEW)
    assert found.k == 3
    asked = {"x0": [1.0, None, math.nan], "x1": [1.0, 1.0, 1.0], "x2": [7.0] * 3}
    placed = found.placed(asked)
    assert placed.known.tolist() == [True, False, False]
    assert placed.cluster.tolist()[1:] == [0, 0]
    assert placed.own.tolist()[1:] == [-1, -1]


def test_noise_has_no_groups_to_rely_on() -> None:
    generator = np.random.default_rng(1)
    data = {name: generator.random(150).round(4).tolist() for name in ("a", "b", "c", "d")}
    found = find_clusters(data, plain(data), ks=(4, 5, 6), bootstraps=20)
    assert found.judged.verdict in ("unstable", "pattern")


def test_classes_beside_numbers() -> None:
    data: dict[str, list[Any]] = {
        "revenue": [100.0, 101.0, 99.0] * 20,
        "kind": ["shop"] * 30 + ["hotel"] * 29 + ["zoo"],
    }
    found = find_clusters(
        data, [Indicator("revenue"), Category("kind", Decimal(50))], k=2, bootstraps=FEW
    )
    labels = found.placed(data).cluster
    assert len(set(labels[:30].tolist())) == len(set(labels[30:59].tolist())) == 1
    assert labels[0] != labels[30]
    assert found.coordinate_names == ("revenue", "kind=hotel", "kind=shop", "kind")


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=30).filter(lambda v: len(set(v)) > 1))
def test_coordinates_are_logarithms_in_standard_deviations(values: list[int]) -> None:
    points, _ = learned(Indicator("x", "log"), values).coordinates(values)
    logs = np.log(values)
    expected = (logs - logs.mean()) / logs.std()
    assert np.abs(points[:, 0] / UNIT - expected).max() < 0.0003 / min(1, logs.std() * 1e3)


def test_values_far_outside_are_held_and_clipping_is_by_stored_bounds() -> None:
    values = [float(n) for n in range(1, 101)]
    raw = learned(Indicator("x", scale="as_is"), values)
    assert raw.coordinates([1e12, -1e12])[0][:, 0].tolist() == [FURTHEST, -FURTHEST]
    clipped = learned(Indicator("x", clip=(5, 95), scale="as_is"), values)
    assert clipped.coordinates([1.0, 50.0, 1e9])[0][:, 0].tolist() == [
        5 * UNIT,
        50 * UNIT,
        95 * UNIT,
    ]
    ranks = learned(Indicator("x", "rank", scale="as_is"), values)
    low, middle, high = ranks.coordinates([0.0, 50.0, 1e9])[0][:, 0].tolist()
    assert (low, high) == (0, UNIT)
    assert middle == pytest.approx(UNIT / 2, abs=60)
    logs = learned(Indicator("x", "log"), values)
    assert logs.coordinates([0.0, -3.0, 2.0])[1].tolist() == [False, False, True]
    assert logs.value(logs.coordinates([42.0])[0][0, 0]) == pytest.approx(42, rel=1e-3)


def test_declarations_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="percentiles"):
        Indicator("x", clip=(95, 5))
    with pytest.raises(ValueError, match="weight"):
        Indicator("x", weight=Decimal(0))
    with pytest.raises(ValueError, match="gamma"):
        Category("x", Decimal(-1))


def test_a_sample_is_chosen_by_id_in_any_order() -> None:
    ids = [f"c{n}" for n in range(500)]
    chosen = {ids[n] for n in sampled(ids, 100)}
    turned = ids[::-1]
    assert chosen == {turned[n] for n in sampled(turned, 100)}
    # Who was chosen stays chosen when others come.
    assert len(chosen & {[*ids, "new"][n] for n in sampled([*ids, "new"], 101)}) >= 100


def test_stability_is_one_when_the_same_groups_come_again() -> None:
    points = np.array([[n % 2 * UNIT * 9 + n] for n in range(40)], dtype=np.int64)
    points = sorted_rows(points)
    centres = k_means(points, 2)
    found = stability(
        points, labelled(points, centres), lambda drawn: labelled(drawn, k_means(drawn, 2)), times=5
    )
    assert found == (1.0, 1.0)
    unsure = stability(
        points, labelled(points, centres), lambda drawn: np.arange(len(drawn)) % 2, times=5
    )
    assert max(unsure) < 0.5


def test_hennigs_thresholds() -> None:
    assert [verdict(s) for s in (0.59, 0.6, 0.7499, 0.75, 0.8499, 0.85)] == [
        "unstable",
        "pattern",
        "pattern",
        "stable",
        "stable",
        "highly_stable",
    ]
