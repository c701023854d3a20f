"""Clusters in the report: how their number was chosen, how sure they are, where they stand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.modelled.clusters import VERDICTS, ClusterModel, clusters_of
from kefen.grading.modelled.method import fitted_method
from kefen.grading.modelled.words import input_name
from kefen.grading.wording import metric_in_words
from kefen.methods.clustering.indicators import FittedIndicator
from kefen.methods.clustering.quality import verdict
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, Row, Table
from kefen.standards.modelling import method_of

if TYPE_CHECKING:
    from kefen.methods.clustering.choice import Candidate
    from kefen.methods.clustering.model import Clusters
    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell
    from kefen.standards.model import Model


def clusters_section(people: Population) -> Section | None:
    """Return the models that find clusters; None when the standard has none that was fitted."""
    blocks: list[Block] = []
    for model in people.run.standard.models.values():
        learned = people.run.calibration.models.get(model.id)
        method = fitted_method(model.method)
        if learned is None or not learned.is_fitted or not isinstance(method, ClusterModel):
            continue
        found = clusters_of(model, learned.parameters)
        doubt = method.doubt(model, learned.parameters)
        if doubt is not None:
            blocks.append(Prose((Text("{d}.", "{d}。").filled(d=doubt),), "warn"))
        blocks += [_chosen(model, found), _centres(people, model, found)]
    if not blocks:
        return None
    title = Text("Clusters", "聚类")
    return Section(
        "clusters",
        title,
        title,
        Text(
            "How many clusters there are, how well they stand apart, whether they come again in"
            " other samples of the same customers, and where their centres are.",
            "聚类的数目、区分程度、在同一批客户的其他样本中能否重现，以及各类的中心。",
        ),
        tuple(blocks),
    )


def _chosen(model: Model, found: Clusters) -> Table:
    return Table(
        f"clusters_{model.id}",
        Text("How many clusters ({m}, {t})", "类数的选择（{m}，{t}）").filled(
            m=model.name, t=method_of(model).name
        ),
        (
            Column("k", Text("Clusters", "类数"), "number"),
            Column("chosen", Text("Chosen", "选用")),
            Column("silhouette", Text("Silhouette", "轮廓系数"), "number"),
            Column("davies_bouldin", Text("Davies-Bouldin", "DB 指数"), "number"),
            Column("least", Text("Least stable (Jaccard)", "最低稳定性（Jaccard）"), "number"),
            Column("verdict", Text("Stability", "稳定性")),
            Column("smallest", Text("Smallest cluster", "最小的一类"), "number"),
        ),
        tuple(_tried(one, one.k == found.judged.k) for one in found.tried),
        note=Text(
            "Silhouette: -1 to 1, larger stands apart better. Davies-Bouldin: smaller is better."
            " Stability: in 50 bootstrap samples, how similar the most similar cluster is to the"
            " one that comes again least (Hennig 2007): from .85 highly stable, .75 stable, .6 a"
            " pattern. Chosen is the best silhouette among stable numbers whose clusters are large"
            " enough, else the most stable. Found from {u} of {n} customers.",
            "轮廓系数 -1 至 1，越大区分越好；DB 指数越小越好。稳定性：50 次自助抽样中，重现最差的"
            "一类与其最相似者的相似度（Hennig，2007）：.85 起为高度稳定，.75 稳定，"
            ".6 有规律但存疑。"
            "在稳定且各类足够大的类数中取轮廓系数最大者；没有时取最稳定者。"
            "依据 {n} 个客户中的 {u} 个。",
        ).filled(u=f"{found.used:,}", n=f"{found.rows:,}"),
    )


def _tried(one: Candidate, chosen: bool) -> Row:
    return Row(
        (
            one.k,
            Text("chosen", "选用") if chosen else None,
            _figure(one.silhouette),
            _figure(one.davies_bouldin),
            _figure(one.least_stable),
            VERDICTS[one.verdict],
            min(one.sizes, default=0),
        )
    )


def _centres(people: Population, model: Model, found: Clusters) -> Table:
    """Return the centres in the usual units: of logarithms, the geometric mean."""
    inputs = {one.id: input_name(people.run.standard, one) for one in model.inputs}
    numbers = [one for one in found.fitted if isinstance(one, FittedIndicator)]
    metrics = people.run.standard.metrics
    units = {
        one.id: metrics[name].unit
        for one in model.inputs
        if (name := getattr(one.value, "name", "")) in metrics
    }
    rows = []
    for place in sorted(range(found.k), key=lambda at: found.names[at]):
        cells: list[Cell] = [str(found.names[place]), found.judged.sizes[place]]
        similarity = found.judged.stabilities[place]
        cells += [_figure(similarity), VERDICTS[verdict(similarity)]]
        start = 0
        for one in found.fitted:
            if isinstance(one, FittedIndicator):
                value = one.value(int(found.centres[place][start]))
                unit = units.get(one.indicator.name, "count")
                cells.append(metric_in_words(Decimal(f"{value:.2f}"), unit))
            start += len(one.names)
        rows.append(Row(tuple(cells)))
    return Table(
        f"centres_{model.id}",
        Text("The centres ({m})", "各类的中心（{m}）").filled(m=model.name),
        (
            Column("cluster", Text("Cluster", "聚类")),
            Column("customers", Text("Customers looked at", "用于聚类的客户"), "number"),
            Column("stability", Text("Jaccard", "Jaccard"), "number"),
            Column("verdict", Text("Stability", "稳定性")),
            *(Column(one.indicator.name, inputs[one.indicator.name]) for one in numbers),
        ),
        tuple(rows),
        note=Text(
            "In usual units: where logarithms were taken, the geometric mean.",
            "以常用单位表示；取过对数的为几何平均。",
        ),
        draws_on=frozenset(
            column
            for name in model.names & set(metrics)
            for column in (metrics[name].columns or metrics[name].tables)
        ),
    )


def _figure(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.4f}")
