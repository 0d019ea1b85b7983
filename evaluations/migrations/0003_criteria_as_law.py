import django.db.models.deletion
import meetings.models.fields
from django.conf import settings
from django.db import migrations, models

from evaluations.migrations import _frozen_sets


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0002_changed_scopes_and_frozen_editions'),
        ('meetings', '0002_change_log_deadlines_and_statistics'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SetVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('act', models.CharField(choices=[('MADE', 'made'), ('CHANGED', 'changed'), ('SENT_ROUND', 'sent round for comments'), ('TAKEN_BACK', 'taken back to a draft'), ('PUBLISHED', 'published'), ('ENDED', 'given an end'), ('SUPERSEDED', 'superseded')], max_length=12)),
                ('at', models.DateTimeField()),
                ('why', meetings.models.fields.CleanLine(blank=True, default='', max_length=300, verbose_name='why')),
                ('text', models.TextField()),
            ],
            options={
                'verbose_name': 'version of a set',
                'verbose_name_plural': 'versions of sets',
                'ordering': ['number'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='criteriaset',
            name='set_state_is_known',
        ),
        migrations.AddField(
            model_name='criteriaset',
            name='superseded_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supersedes', to='evaluations.criteriaset', verbose_name='superseded by'),
        ),
        migrations.AlterField(
            model_name='criteriaset',
            name='state',
            field=models.CharField(choices=[('DRAFT', 'Draft'), ('CONSULTATION', 'In consultation'), ('PUBLISHED', 'Published'), ('SUPERSEDED', 'Superseded')], default='DRAFT', max_length=12, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='criteriaset',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['DRAFT', 'CONSULTATION', 'PUBLISHED', 'SUPERSEDED'])), name='set_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='criteriaset',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'SUPERSEDED'), ('superseded_by__isnull', False)), models.Q(models.Q(('state', 'SUPERSEDED'), _negated=True), ('superseded_by__isnull', True)), _connector='OR'), name='a_superseded_set_says_by_which'),
        ),
        migrations.AddField(
            model_name='setversion',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='setversion',
            name='criteria_set',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='evaluations.criteriaset'),
        ),
        migrations.AddConstraint(
            model_name='setversion',
            constraint=models.UniqueConstraint(fields=('criteria_set', 'number'), name='versions_of_a_set_are_numbered'),
        ),
        migrations.AddConstraint(
            model_name='setversion',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['MADE', 'CHANGED', 'SENT_ROUND', 'TAKEN_BACK', 'PUBLISHED', 'ENDED', 'SUPERSEDED'])), name='act_on_a_set_is_known'),
        ),
        migrations.RunSQL(_frozen_sets.FORWARD, _frozen_sets.BACKWARD),
    ]
