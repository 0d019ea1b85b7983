from django.db import migrations

# Rules and holidays were noted cell by cell. What holds for a whole subtree is noted once, by whoever scores.
FORWARD = """
DROP FUNCTION IF EXISTS note_change_of_meetings_meetingrules() CASCADE;
DROP FUNCTION IF EXISTS note_change_of_meetings_holiday() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0008_locks_corrections_and_e_mail")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
