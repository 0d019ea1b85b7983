import django.db.models.deletion
import evaluations.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0008_what_is_published_is_frozen"),
    ]

    operations = [
        migrations.AddField(
            model_name="sheetevent",
            name="decision",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evaluations.reviewdecision"
            ),
        ),
        migrations.AddField(
            model_name="sheetevent",
            name="grade",
            field=models.CharField(
                blank=True,
                choices=[("GOOD", "Good"), ("FAIR", "Fair"), ("AVERAGE", "Average"), ("POOR", "Poor")],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="sheetevent",
            name="total",
            field=evaluations.models.fields.PointsField(null=True),
        ),
    ]
