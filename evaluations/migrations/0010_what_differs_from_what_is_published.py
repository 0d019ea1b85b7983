import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0009_what_an_act_on_a_sheet_settled"),
        ("meetings", "0011_words_of_rules_and_values"),
    ]

    operations = [
        migrations.CreateModel(
            name="DifferingCells",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "period_kind",
                    models.CharField(
                        choices=[("MONTH", "Month"), ("QUARTER", "Quarter"), ("HALF", "Half-year"), ("YEAR", "Year")], max_length=10
                    ),
                ),
                ("first_on", models.DateField()),
                ("cells", models.IntegerField()),
                (
                    "committee",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="meetings.committee"
                    ),
                ),
                (
                    "publisher",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="meetings.committee"
                    ),
                ),
            ],
            options={
                "verbose_name": "count of cells that differ",
                "verbose_name_plural": "counts of cells that differ",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("publisher", "period_kind", "first_on", "committee"),
                        name="one_count_of_what_differs_per_committee_and_period",
                    )
                ],
            },
        ),
    ]
