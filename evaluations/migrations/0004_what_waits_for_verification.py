from django.db import migrations, models

from evaluations.migrations import _waiting


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0003_criteria_as_law")]

    operations = [
        migrations.AddField("committeesummary", "not_verified", models.IntegerField(default=0)),
        migrations.AddField("periodscore", "not_verified", models.PositiveSmallIntegerField(default=0)),
        migrations.RunSQL(_waiting.PERIODS, migrations.RunSQL.noop),
        migrations.RunSQL(_waiting.SUMMARIES, migrations.RunSQL.noop),
    ]
