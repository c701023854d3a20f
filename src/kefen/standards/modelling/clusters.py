"""The methods that find clusters, as standards know them."""

from __future__ import annotations

from decimal import Decimal

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.modelling.method import Method, MethodOption, MethodOutput

_OUTPUTS = (
    MethodOutput("cluster", Text("cluster", "聚类"), "text", type=ValueType.TEXT),
    MethodOutput(
        "distance",
        Text("distance to the centre of the cluster", "与所属聚类中心的距离"),
        "count",
        lowest=Decimal(0),
    ),
    MethodOutput("next_cluster", Text("next cluster", "次近的聚类"), "text", type=ValueType.TEXT),
    MethodOutput(
        "next_distance",
        Text("distance to the next cluster", "与次近聚类的距离"),
        "count",
        lowest=Decimal(0),
    ),
)
_SHAPES = (
    MethodOption(
        "log",
        Text(
            "Inputs of which the logarithm is taken; values up to zero are then unknown.",
            "取对数的输入；不大于零的值视为未知。",
        ),
        default="",
        of_inputs=True,
    ),
    MethodOption(
        "log_plus_one",
        Text(
            "Inputs of which the logarithm of one more is taken; negative values are unknown.",
            "加一后取对数的输入；负值视为未知。",
        ),
        default="",
        of_inputs=True,
    ),
    MethodOption(
        "rank",
        Text(
            "Inputs that are replaced by their position in the population.",
            "换成总体中位置的输入。",
        ),
        default="",
        of_inputs=True,
    ),
    MethodOption(
        "unscaled",
        Text(
            "Inputs that are not divided by their standard deviation.",
            "不除以标准差的输入。",
        ),
        default="",
        of_inputs=True,
    ),
    MethodOption(
        "clip",
        Text(
            "Percent of the population at either end that values are drawn in to; 0: none.",
            "两端各按百分之几的分位收拢；0 为不收拢。",
        ),
        default=0,
        lowest=Decimal(0),
        highest=Decimal(20),
        whole=True,
    ),
    MethodOption(
        "class_weight",
        Text(
            "How far apart two classes of a text are, squared; a number has 2 on average.",
            "文本两类之间距离的平方；数值平均为 2。",
        ),
        default=Decimal(1),
        lowest=Decimal("0.01"),
        highest=Decimal(100),
    ),
)
_SMALLEST = MethodOption(
    "smallest_cluster",
    Text("The fewest customers of a cluster.", "一类最少的客户数。"),
    default=20,
    lowest=Decimal(2),
    highest=Decimal(1_000_000),
    whole=True,
)
_CHOOSING = (
    MethodOption(
        "clusters",
        Text(
            "How many clusters; 0: chosen by quality and stability.",
            "类数；0 为按质量与稳定性选定。",
        ),
        default=0,
        lowest=Decimal(0),
        highest=Decimal(20),
        whole=True,
    ),
    MethodOption(
        "most_clusters",
        Text("The most clusters that are tried.", "试算的最大类数。"),
        default=8,
        lowest=Decimal(2),
        highest=Decimal(20),
        whole=True,
    ),
    _SMALLEST,
)


def _of_clusters(
    identifier: str, name: Text, description: Text, own: tuple[MethodOption, ...]
) -> Method:
    """Return a method that finds clusters, with settings of its own before the common ones."""
    return Method(
        id=identifier,
        name=name,
        description=description,
        inputs=(),
        outputs=_OUTPUTS,
        settings=(*own, *_SHAPES),
        smallest_population=50,
    )


K_MEANS = _of_clusters(
    "k_means",
    Text("k-means", "k 均值聚类"),
    Text(
        "Clusters around centres, each customer in that of the nearest centre (Lloyd 1982).",
        "围绕中心的聚类，客户归入最近的中心（Lloyd，1982）。",
    ),
    _CHOOSING,
)
WARD = _of_clusters(
    "ward",
    Text("Ward's hierarchy", "Ward 层次聚类"),
    Text(
        "A hierarchy that joins the two clusters whose union costs least (Ward 1963); customers "
        "are placed by the nearest centre.",
        "逐步合并代价最小的两类（Ward，1963）；客户归入最近的中心。",
    ),
    _CHOOSING,
)
HDBSCAN = _of_clusters(
    "hdbscan",
    Text("HDBSCAN", "HDBSCAN 密度聚类"),
    Text(
        "Clusters where customers are dense, as many as there are; who is far from all belongs "
        "to none (Campello, Moulavi and Sander 2013).",
        "客户密集之处成类，类数自定；远离各类者不归类（Campello、Moulavi、Sander，2013）。",
    ),
    (_SMALLEST,),
)
CLUSTER_METHODS = (K_MEANS, WARD, HDBSCAN)
