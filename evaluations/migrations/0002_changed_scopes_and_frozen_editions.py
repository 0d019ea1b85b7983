from django.db import migrations

from evaluations.migrations import _changed_scopes, _frozen_editions


class Migration(migrations.Migration):
    # Data that went through each of these is as 0001 and this one make it.
    replaces = [
        ("evaluations", name)
        for name in (
            "0002_a_draft_goes_with_its_parameters",
            "0003_what_the_cell_voted_on",
            "0004_verification_periods_editions_and_jobs",
            "0005_changes_of_whole_subtrees",
            "0006_words_of_rules_and_values",
            "0007_a_job_may_score_several_months",
            "0008_what_is_published_is_frozen",
            "0009_what_an_act_on_a_sheet_settled",
            "0010_what_differs_from_what_is_published",
            "0011_what_is_due_next",
            "0012_group_codes_may_swap",
        )
    ]
    dependencies = [("evaluations", "0001_initial"), ("meetings", "0002_change_log_deadlines_and_statistics")]

    operations = [migrations.RunSQL(part.FORWARD, part.BACKWARD) for part in (_changed_scopes, _frozen_editions)]
