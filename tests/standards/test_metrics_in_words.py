"""What metrics measure, in words: columns by their labels, bands that name the value once."""

from __future__ import annotations

from kefen.domain.text import Text
from kefen.standards.reader import read_standard
from kefen.standards.words import standard_in_words

DOCUMENT = """\
standard: small
version: 1
name: {en: Small, zh: 小}
window: last 12 months
metrics:
  revenue: {sum: orders.amount, name: {en: Revenue, zh: 销售额}}
  seasonal: {value: "customers.seasonal = 'yes'", unit: yes_no, name: {en: Seasonal, zh: 季节性}}
  here: {value: "customers.country = 'China'", unit: yes_no, name: {en: Here, zh: 本国}}
  own: {count: orders, where: "customers.line = 'own'", name: {en: Own, zh: 自营}}
  size:
    name: {en: Size, zh: 规模}
    value: revenue
    bands: [">= 60 wan: 'large'", "[1 wan, 60 wan): 'middling'", "else: 'small'"]
schemes:
  s:
    name: {en: S, zh: 方}
    grade_by: conditions
    grades: {A: {when: "seasonal and here and own > 1 and size = 'large'"}, B: else}
"""


def formulas() -> dict[str, Text]:
    words = standard_in_words(read_standard(DOCUMENT, "small.yaml"))
    return {metric.id: metric.formula for metric in words.metrics}


def test_columns_of_customers_have_names_for_people() -> None:
    found = formulas()
    assert found["seasonal"] == Text("the customer's seasonal = “yes”", "客户的 seasonal = “yes”")
    assert found["here"].en == "Country = “China”"
    assert "customers." not in found["own"].en + found["own"].zh


def test_the_bands_of_a_metric_name_its_value_once() -> None:
    assert formulas()["size"] == Text(
        "by Revenue: “large” from 600,000, “middling” from 10,000 to below 600,000, "
        "otherwise “small”",
        "按销售额：600,000 起取 “large”，10,000 起至 600,000（不含）取 “middling”，其余取 “small”",
    )
