from django.db import migrations

from meetings.migrations import _change_log, _deadlines, _statistics


class Migration(migrations.Migration):
    # Data that went through each of these is as 0001 and this one make it.
    replaces = [
        ("meetings", name)
        for name in (
            "0002_change_log_and_deadlines",
            "0003_who_appointed_when_and_changes_of_rosters",
            "0004_when_a_sitting_was_concluded",
            "0005_who_came_by_code_is_told_by_the_session",
            "0006_a_changed_form_is_no_second_tap",
            "0007_introductions",
            "0008_locks_corrections_and_e_mail",
            "0009_what_holds_for_a_subtree_is_noted_above",
            "0010_statistics_after_bulk_loads",
            "0011_words_of_rules_and_values",
        )
    ]
    dependencies = [("meetings", "0001_initial")]

    operations = [migrations.RunSQL(part.FORWARD, part.BACKWARD) for part in (_change_log, _deadlines, _statistics)]
