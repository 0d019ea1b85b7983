import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0006_words_of_rules_and_values")]

    operations = [
        migrations.RemoveField(model_name="job", name="run"),
        migrations.AddField(
            model_name="run",
            name="job",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="runs", to="evaluations.job"),
        ),
    ]
