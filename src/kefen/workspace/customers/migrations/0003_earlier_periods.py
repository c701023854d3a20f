import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_tags_and_default_views"),
        ("runs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EarlierPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "publication",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="earlier_period",
                        to="runs.publication",
                    ),
                ),
            ],
        ),
    ]
