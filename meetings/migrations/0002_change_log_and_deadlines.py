from django.db import migrations

from meetings.migrations import _change_log, _deadlines


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial")]

    operations = [
        migrations.RunSQL(_change_log.FORWARD, _change_log.BACKWARD),
        migrations.RunSQL(_deadlines.FORWARD, _deadlines.BACKWARD),
    ]
