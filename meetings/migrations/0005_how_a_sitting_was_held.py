from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0004_changes_of_the_agenda'),
    ]

    operations = [
        migrations.AddField(
            model_name='meeting',
            name='mode',
            field=models.CharField(blank=True, choices=[('IN_PERSON', 'In person'), ('ONLINE', 'Online'), ('HYBRID', 'In person and online')], default='', max_length=10, verbose_name='how it was held'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['', 'IN_PERSON', 'ONLINE', 'HYBRID'])), name='meeting_mode_is_known'),
        ),
    ]
