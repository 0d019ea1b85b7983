from django.db import migrations

import meetings.models.fields


class Migration(migrations.Migration):
    dependencies = [("meetings", "0002_change_log_deadlines_and_statistics")]

    operations = [
        migrations.AddField(
            model_name="rosterchange",
            name="reason",
            field=meetings.models.fields.CleanText(blank=True, default=""),
        ),
    ]
