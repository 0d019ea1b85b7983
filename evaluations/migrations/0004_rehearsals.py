import django.db.models.deletion
import evaluations.models.fields
import meetings.models.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0003_criteria_as_law'),
        ('meetings', '0003_why_a_roster_was_changed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Rehearsal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period_kind', models.CharField(choices=[('MONTH', 'Month'), ('QUARTER', 'Quarter'), ('HALF', 'Half-year'), ('YEAR', 'Year')], max_length=10)),
                ('first_on', models.DateField()),
                ('rehearsed_at', models.DateTimeField()),
                ('text', models.TextField()),
                ('matrix', models.JSONField(default=dict)),
                ('months', models.IntegerField(default=0)),
                ('moved', models.IntegerField(default=0)),
                ('unknown', models.JSONField(default=list)),
            ],
            options={
                'verbose_name': 'rehearsal',
                'verbose_name_plural': 'rehearsals',
            },
        ),
        migrations.CreateModel(
            name='RehearsedMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('cell_kind', models.CharField(choices=[('VILLAGE', 'Village or residential group'), ('OFFICE', 'Office'), ('SCHOOL', 'School'), ('PUBLIC_UNIT', 'Hospital or public-service unit'), ('STATE_ENTERPRISE', 'State enterprise'), ('PRIVATE_ENTERPRISE', 'Private or foreign-invested enterprise'), ('ARMY', 'Army'), ('POLICE', 'Police'), ('STUDENTS', 'Students'), ('ABROAD', 'Abroad')], max_length=20)),
                ('before', evaluations.models.fields.PointsField()),
                ('after', evaluations.models.fields.PointsField(null=True)),
                ('grade_before', models.CharField(choices=[('GOOD', 'Good'), ('FAIR', 'Fair'), ('AVERAGE', 'Average'), ('POOR', 'Poor')], max_length=10)),
                ('grade_after', models.CharField(blank=True, choices=[('GOOD', 'Good'), ('FAIR', 'Fair'), ('AVERAGE', 'Average'), ('POOR', 'Poor')], default='', max_length=10)),
                ('line', meetings.models.fields.CleanText(blank=True, default='')),
                ('moves_by', models.IntegerField(default=0)),
            ],
            options={
                'verbose_name': 'move in a rehearsal',
                'verbose_name_plural': 'moves in rehearsals',
            },
        ),
        migrations.RemoveConstraint(
            model_name='job',
            name='job_kind_is_known',
        ),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=[('SCORES', 'Measure and score anew'), ('CLOSING', 'Close a period'), ('REMINDERS', 'Send reminders'), ('EXPORT', 'Export'), ('REHEARSAL', 'Rehearse a draft')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['SCORES', 'CLOSING', 'REMINDERS', 'EXPORT', 'REHEARSAL'])), name='job_kind_is_known'),
        ),
        migrations.AddField(
            model_name='rehearsal',
            name='committee',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='meetings.committee'),
        ),
        migrations.AddField(
            model_name='rehearsal',
            name='criteria_set',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rehearsals', to='evaluations.criteriaset'),
        ),
        migrations.AddField(
            model_name='rehearsal',
            name='job',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rehearsal', to='evaluations.job'),
        ),
        migrations.AddField(
            model_name='rehearsedmove',
            name='cell',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='meetings.cell'),
        ),
        migrations.AddField(
            model_name='rehearsedmove',
            name='committee',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='meetings.committee'),
        ),
        migrations.AddField(
            model_name='rehearsedmove',
            name='rehearsal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='evaluations.rehearsal'),
        ),
    ]
