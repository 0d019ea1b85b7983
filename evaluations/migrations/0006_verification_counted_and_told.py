from django.conf import settings
from django.db import migrations, models

from evaluations.migrations import _waiting


NOTICES = [
    ("REMINDER", "Reminder"),
    ("RETURNED", "Sheet returned"),
    ("DECIDED", "Sheet decided"),
    ("REOPENED", "Decision taken back"),
    ("EXTENDED", "Deadline extended"),
    ("JOB", "Job finished"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0005_health_of_a_set"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "scoresheet",
            "answered_by",
            models.ForeignKey(null=True, on_delete=models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.RemoveConstraint("notice", "notice_kind_is_known"),
        migrations.AlterField("notice", "kind", models.CharField(choices=NOTICES, max_length=10)),
        migrations.AddConstraint(
            "notice",
            models.CheckConstraint(condition=models.Q(kind__in=[kind for kind, _label in NOTICES]), name="notice_kind_is_known"),
        ),
        migrations.AddField("committeesummary", "not_verified", models.IntegerField(default=0)),
        migrations.AddField("periodscore", "not_verified", models.PositiveSmallIntegerField(default=0)),
        migrations.RunSQL(_waiting.PERIODS, migrations.RunSQL.noop),
        migrations.RunSQL(_waiting.SUMMARIES, migrations.RunSQL.noop),
    ]
