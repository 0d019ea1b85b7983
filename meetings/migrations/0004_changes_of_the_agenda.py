from django.db import migrations

from meetings.migrations import _change_log


class Migration(migrations.Migration):
    dependencies = [("meetings", "0003_why_a_roster_was_changed")]

    operations = [migrations.RunSQL(_change_log.FORWARD_AGENDA, _change_log.BACKWARD_AGENDA)]
