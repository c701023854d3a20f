"""Letters that could not be sent: why, and when the next try is."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailchoice",
            name="next_try_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="mailchoice",
            name="failures",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="mailchoice",
            name="problem",
            field=models.JSONField(default=dict),
        ),
    ]
