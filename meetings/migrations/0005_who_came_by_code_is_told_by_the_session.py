from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("meetings", "0004_when_a_sitting_was_concluded")]

    operations = [
        # Who used a code and chose no password yet gets in with a new code, not with the password from before.
        migrations.RunSQL(
            "UPDATE meetings_user SET password = '!' || gen_random_uuid() WHERE must_change_password", migrations.RunSQL.noop
        ),
        migrations.RemoveField("user", "must_change_password"),
    ]
