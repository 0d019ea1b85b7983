import django.db.models.deletion
import meetings.models.fields
import uuid
from django.conf import settings
from django.db import migrations, models

from evaluations.migrations import _kept_comments


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0006_verification_counted_and_told'),
        ('meetings', '0003_why_a_roster_was_changed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('line', models.PositiveSmallIntegerField()),
                ('text', meetings.models.fields.CleanText(verbose_name='comment')),
                ('at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('ACCEPTED', 'Accepted'), ('PARTLY', 'Accepted in part'), ('NOT', 'Not accepted')], default='', max_length=10, verbose_name='answer')),
                ('why', meetings.models.fields.CleanText(blank=True, default='', verbose_name='why')),
                ('answered_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'verbose_name': 'comment on a set',
                'verbose_name_plural': 'comments on sets',
            },
        ),
        migrations.CreateModel(
            name='Consultation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('opens_on', models.DateField(verbose_name='opens on')),
                ('closes_on', models.DateField(verbose_name='last day')),
                ('invitation', meetings.models.fields.CleanText(blank=True, default='', verbose_name='word of invitation')),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'round of consultation',
                'verbose_name_plural': 'rounds of consultation',
                'ordering': ['-number'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='notice',
            name='notice_kind_is_known',
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('REMINDER', 'Reminder'), ('RETURNED', 'Sheet returned'), ('DECIDED', 'Sheet decided'), ('REOPENED', 'Decision taken back'), ('EXTENDED', 'Deadline extended'), ('JOB', 'Job finished'), ('CONSULTED', 'Asked for comments')], max_length=10),
        ),
        migrations.AddField(
            model_name='comment',
            name='answered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='comment',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='comment',
            name='committee',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='meetings.committee'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='criteria_set',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consultations', to='evaluations.criteriaset'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consultation',
            name='invited',
            field=models.ManyToManyField(related_name='+', to='meetings.committee', verbose_name='invited'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='sent',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evaluations.setversion'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='started_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='comment',
            name='consultation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='evaluations.consultation'),
        ),
        migrations.AddField(
            model_name='notice',
            name='consultation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='evaluations.consultation'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['REMINDER', 'RETURNED', 'DECIDED', 'REOPENED', 'EXTENDED', 'JOB', 'CONSULTED'])), name='notice_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.UniqueConstraint(fields=('criteria_set', 'number'), name='rounds_of_a_set_are_numbered'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('criteria_set',), name='a_set_is_in_one_round_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='rounds_are_numbered_from_one'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(('closes_on__gte', models.F('opens_on'))), name='a_round_closes_after_it_opens'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(('ended_by__isnull', True), ('ended_at__isnull', False), _connector='OR'), name='who_ended_a_round_did_so_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.UniqueConstraint(fields=('consultation', 'line', 'committee'), name='a_committee_comments_on_a_line_once_a_round'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='a_comment_says_something'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('answer__in', ['', 'ACCEPTED', 'PARTLY', 'NOT'])), name='answer_to_a_comment_is_known'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('answer__in', ['', 'ACCEPTED']), models.Q(('why', ''), _negated=True), _connector='OR'), name='what_is_not_wholly_accepted_is_answered_why'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True), ('why', '')), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='an_answer_says_who_gave_it_and_when'),
        ),
        migrations.RunSQL(_kept_comments.FORWARD, _kept_comments.BACKWARD),
    ]
