"""Numbers of custom attributes are kept as numbers too, so that lists are filtered by them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import migrations, models

import kefen.workspace.runs.published

if TYPE_CHECKING:
    from django.apps.registry import Apps


def fill(apps: Apps, editor: Any) -> None:  # noqa: ARG001  Django gives both
    """Give the values that are there their number."""
    values = apps.get_model("records", "CustomValue")
    for one in values.objects.filter(attribute__kind="number").iterator():
        one.number = Decimal(one.value)
        one.save(update_fields=["number"])


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_merges"),
    ]

    operations = [
        migrations.AddField(
            model_name="customvalue",
            name="number",
            field=kefen.workspace.runs.published.ExactDecimal(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="customvalue",
            index=models.Index(fields=["attribute", "value"], name="own_by_value"),
        ),
        migrations.AddIndex(
            model_name="customvalue",
            index=models.Index(fields=["attribute", "number"], name="own_by_number"),
        ),
    ]
