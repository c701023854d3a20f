"""Reading the models of a standard, and the metrics that they give."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.horizons import parse_horizon
from kefen.domain.text import Text
from kefen.expressions.parser import parse
from kefen.expressions.tokens import ExpressionError
from kefen.expressions.tree import Literal
from kefen.expressions.types import ValueType
from kefen.expressions.units import unit_named, unit_of
from kefen.standards.document import Mapping, Scalar
from kefen.standards.metrics.scope import METRIC
from kefen.standards.metrics.shared import COMMON, metric
from kefen.standards.model import Model, ModelInput, ModelMetric
from kefen.standards.modelling.catalogue import METHODS, method_of
from kefen.standards.modelling.method import NUMBERS
from kefen.standards.modelling.read_lost import LOSS_KEYS, MODEL, metric_types, read_lost
from kefen.standards.naming import name_of, nearest
from kefen.standards.reading import IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.domain.horizons import Horizon
    from kefen.expressions.tree import Expression, Value
    from kefen.expressions.units import Unit
    from kefen.standards.metrics.scope import MetricsReading
    from kefen.standards.model import Metric
    from kefen.standards.modelling.method import Method, MethodInput, MethodOption, MethodOutput

MODEL_KEYS = (
    *("method", "name", "description", "inputs", "among", "smallest_population", "settings"),
    *LOSS_KEYS,
)
MOST_INPUTS = 30
NUMBER_TYPES = (int, Decimal)
_OPTIONS = frozenset(
    option.id for m in METHODS.values() for output in m.outputs for option in output.options
)
MODEL_METRIC_KEYS = frozenset({"from_model", "gives", "over", *_OPTIONS})


def model_metric(every: MetricsReading, identifier: str, node: Mapping) -> Metric | None:
    """Return the metric that a model gives, or None after noting why there is none."""
    reading = every.reading
    reading.only_known(node, {*MODEL_METRIC_KEYS, *COMMON}, METRIC)
    named = reading.scalar(node, "from_model", METRIC)
    gives = reading.scalar(node, "gives", METRIC, needed=True)
    if named is None or gives is None:
        return None
    if every.models_node is None or named.text not in every.models_node.entries:
        there = every.models_node.entries if every.models_node is not None else {}
        reading.problem(
            named.place,
            Text("there is no model “{m}”", "没有模型“{m}”").filled(m=named.text),
            nearest(named.text, list(there))
            if there
            else Text("Describe it below “models”.", "请在“models”下写明该模型。"),
        )
        return None
    model = model_named(every, named.text)
    if model is None:
        return None
    method = method_of(model)
    output = next((one for one in method.outputs if one.id == gives.text), None)
    if output is None:
        reading.problem(
            gives.place,
            Text("{m} does not give “{g}”", "{m}没有结果“{g}”").filled(m=method.name, g=gives.text),
            nearest(gives.text, [one.id for one in method.outputs]),
        )
        return None
    read = _said_of(every, node, method, output)
    if read is None:
        return None
    over, options = read
    return metric(
        every,
        identifier,
        node,
        ModelMetric(model, output.id, over, options),
        output.type,
        _unit_of_output(every, model, output),
        names=model.names,
        usual=output.unit or "count",
    )


def model_named(every: MetricsReading, identifier: str) -> Model | None:
    """Return a model of the document, read once; None when it has problems."""
    assert every.models_node is not None  # noqa: S101  the caller found the name in it
    if identifier not in every.models:
        every.models[identifier] = _model(every, identifier, every.models_node)
    return every.models[identifier]


def read_other_models(every: MetricsReading) -> None:
    """Read the models that no metric names, so that their problems are told too."""
    for identifier, _ in every.models_node or ():
        if identifier not in every.models:
            assert every.models_node is not None  # noqa: S101  it has this name
            every.models[identifier] = _model(every, identifier, every.models_node)


def expressions_of_model(every: MetricsReading, identifier: str) -> list[str]:
    """Return the texts of a model's expressions, as they stand in the document."""
    node = every.models_node.entries.get(identifier) if every.models_node is not None else None
    if not isinstance(node, Mapping):
        return []
    inputs = node.entries.get("inputs")
    nodes = [*(inputs.entries.values() if isinstance(inputs, Mapping) else ())]
    nodes += [node.entries[key] for key in ("among", "lost") if key in node.entries]
    return [one.text for one in nodes if isinstance(one, Scalar)]


def _model(every: MetricsReading, identifier: str, models: Mapping) -> Model | None:
    reading = every.reading
    node, place = models.entries[identifier], models.key_places[identifier]
    if not IDENTIFIER.fullmatch(identifier):
        reading.problem(
            place,
            Text("“{n}” cannot name a model", "“{n}”不能作为模型名").filled(n=identifier),
            Text(
                "Use letters, digits and _, starting with a letter.",
                "请用字母、数字和下划线，以字母开头。",
            ),
        )
        return None
    if not isinstance(node, Mapping):
        reading.problem(
            place,
            Text("the model needs named values", "模型应由若干命名的项组成"),
            Text("Write method and inputs.", "请写 method 与 inputs。"),
        )
        return None
    reading.only_known(node, MODEL_KEYS, MODEL)
    named = reading.scalar(node, "method", MODEL, needed=True)
    if named is None:
        return None
    method = METHODS.get(named.text)
    if method is None:
        reading.problem(
            named.place,
            Text("there is no method “{m}”", "没有方法“{m}”").filled(m=named.text),
            nearest(named.text, list(METHODS)),
        )
        return None
    since = len(reading.problems)
    inputs = _inputs(every, node, method)
    among_node = reading.scalar(node, "among", MODEL)
    among: Expression | None = None
    if among_node is not None:
        read = reading.expression(among_node, metric_types(every), (ValueType.BOOLEAN,))
        among = read[0] if read is not None else None
    smallest = method.smallest_population
    smallest_node = reading.scalar(node, "smallest_population", MODEL)
    if smallest_node is not None:
        smallest = reading.whole(smallest_node, Text.same("“smallest_population”"))
        if smallest < 1:
            reading.problem(
                smallest_node.place,
                Text("a model needs customers", "模型需要客户"),
                Text("Write a number from 1.", "请写不小于 1 的整数。"),
            )
    settings_node = reading.mapping(node, "settings")
    settings = _settings(every, settings_node, method) if settings_node is not None else {}
    if settings_node is None:
        settings = _options(every, node, method.settings, only_defaults=True)
    _check_named_inputs(every, settings_node, method, inputs)
    lost, months_back = read_lost(every, node, method, inputs, among)
    found = Model(
        id=identifier,
        name=name_of(reading, node, identifier, MODEL, place),
        description=reading.text(node, "description", MODEL, default=Text("", "")),
        method=method.id,
        inputs=inputs,
        among=among,
        smallest_population=smallest,
        settings=settings,
        place=place,
        lost=lost,
        months_back=months_back,
    )
    return found if reading.is_whole(since) else None


def _inputs(every: MetricsReading, node: Mapping, method: Method) -> tuple[ModelInput, ...]:
    reading = every.reading
    inputs = reading.mapping(node, "inputs")
    if inputs is None:
        if "inputs" not in node.entries:
            reading.missing(node.place, "inputs", MODEL)
        return ()
    if not method.inputs:
        reading.at_most(len(inputs.entries), MOST_INPUTS, inputs.place, Text("inputs", "输入"))
        named: list[tuple[str, MethodInput | None]] = [(name, None) for name, _ in inputs]
    else:
        known = {one.id: one for one in method.inputs}
        reading.only_known(inputs, known, Text("{m}", "{m}").filled(m=method.name))
        named = [(one.id, one) for one in method.inputs]
    found = []
    for name, wanted in named:
        own = reading.scalar(inputs, name, Text.same("“inputs”"), needed=True)
        if own is None:
            continue
        read = reading.expression(
            own,
            metric_types(every),
            wanted.types if wanted is not None else (*NUMBERS, ValueType.TEXT),
        )
        if read is None:
            continue
        if wanted is not None and not _fits(every, read[0], wanted, own):
            continue
        found.append(ModelInput(name, *read))
    return tuple(found)


def _fits(every: MetricsReading, tree: Expression, wanted: MethodInput, node: Scalar) -> bool:
    has = unit_of(tree, every.reading.units)
    if has.joined(wanted.unit) is not None:
        return True
    every.reading.problem(
        node.place,
        Text("“{i}” gives {f}, not {w}", "“{i}”的结果是{f}，应为{w}").filled(
            i=wanted.id, f=has.label, w=wanted.unit.label
        ),
        Text("It is: {n}.", "它应是：{n}。").filled(n=wanted.name),
    )
    return False


def _settings(every: MetricsReading, node: Mapping, method: Method) -> dict[str, Value]:
    known = [one.id for one in method.settings]
    every.reading.only_known(node, known, Text("{m}", "{m}").filled(m=method.name))
    return _options(every, node, method.settings)


def _check_named_inputs(
    every: MetricsReading, node: Mapping | None, method: Method, inputs: tuple[ModelInput, ...]
) -> None:
    """Note settings that name inputs which are not there, or are no numbers."""
    numbers = [one.id for one in inputs if one.type in NUMBERS]
    for option in method.settings:
        written = node.entries.get(option.id) if node is not None else None
        if not option.of_inputs or not isinstance(written, Scalar):
            continue
        for name in written.text.replace(",", " ").split():
            if name not in numbers:
                every.reading.problem(
                    written.place,
                    Text("“{n}” is no input with numbers", "“{n}”不是数值输入").filled(n=name),
                    nearest(name, numbers),
                )


def _options(
    every: MetricsReading,
    node: Mapping,
    options: Iterable[MethodOption],
    *,
    only_defaults: bool = False,
) -> dict[str, Value]:
    """Return the value of each option, written below `node` or its default."""
    found: dict[str, Value] = {}
    for option in options:
        written = None
        if not only_defaults:
            written = every.reading.scalar(node, option.id, Text.same(f"“{option.id}”"))
        if written is None:
            if option.default is None:
                every.reading.missing(node.place, option.id, MODEL)
            found[option.id] = option.default
            continue
        found[option.id] = _option(every, written, option)
    return found


def _option(every: MetricsReading, node: Scalar, option: MethodOption) -> Value:
    reading = every.reading
    what = Text.same(f"“{option.id}”")
    if option.of_inputs:
        return " ".join(node.text.replace(",", " ").split())
    if option.one_of:
        return reading.choice(node, option.one_of, what) or option.default
    try:
        tree = parse(node.text)
    except ExpressionError:
        tree = None
    value = tree.value if isinstance(tree, Literal) else None
    if isinstance(value, bool) or not isinstance(value, NUMBER_TYPES):
        reading.number(node, what)
        return option.default
    too_small = option.lowest is not None and value < option.lowest
    too_large = option.highest is not None and value > option.highest
    if too_small or too_large or (option.whole and value != int(value)):
        reading.problem(
            node.place,
            Text("“{v}” is not possible for “{o}”", "“{v}”不能用于“{o}”").filled(
                v=node.text, o=option.id
            ),
            option.description,
        )
        return option.default
    return value


def _said_of(
    every: MetricsReading, node: Mapping, method: Method, output: MethodOutput
) -> tuple[Horizon | None, dict[str, Value]] | None:
    """Return the horizon and the options that a metric says of a result; None with problems."""
    reading = every.reading
    since = len(reading.problems)
    over_node = reading.scalar(node, "over", METRIC)
    over: Horizon | None = None
    result = Text("{g} of {m}", "{m}的 {g}").filled(m=method.name, g=output.id)
    if over_node is not None and output.looks_ahead:
        try:
            over = parse_horizon(over_node.text)
        except ValueError:
            reading.problem(
                over_node.place,
                Text("“{v}” is not a time ahead", "“{v}”不是未来的时间段").filled(v=over_node.text),
                Text(
                    "Write “next 12 months”; at most 50 years.",
                    "请写“next 12 months”；最长 50 年。",
                ),
            )
    elif over_node is not None:
        reading.problem(
            node.key_places["over"],
            Text("{r} does not look ahead", "{r}不涉及未来时间段").filled(r=result),
            Text("Remove “over”.", "请删除“over”。"),
        )
    elif output.looks_ahead:
        reading.problem(
            node.place,
            Text("{r} needs a time ahead", "{r}需要未来的时间段").filled(r=result),
            Text("Add “over: next 12 months”.", "请补上“over: next 12 months”。"),
        )
    own = {option.id for option in output.options}
    for key in sorted(_OPTIONS - own):
        if key in node.entries:
            reading.problem(
                node.key_places[key],
                Text("{r} has no “{k}”", "{r}没有“{k}”").filled(r=result, k=key),
                Text("Remove it.", "请删除。"),
            )
    options = _options(every, node, output.options)
    return (over, options) if reading.is_whole(since) else None


def _unit_of_output(every: MetricsReading, model: Model, output: MethodOutput) -> Unit:
    if output.unit is not None:
        return unit_named(output.unit)
    values = {one.id: one.value for one in model.inputs}
    return unit_of(values[output.unit_of or ""], every.reading.units)
