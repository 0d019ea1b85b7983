import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
import evaluations.models.fields
import meetings.models.fields
from django.db import migrations, models

from evaluations.migrations import _frozen_sets


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0008_more_measures'),
    ]

    operations = [
        migrations.CreateModel(
            name='GradeLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='order')),
                ('at_most', models.CharField(choices=[('GOOD', 'Good'), ('FAIR', 'Fair'), ('AVERAGE', 'Average'), ('POOR', 'Poor')], max_length=10, verbose_name='class at most')),
                ('fewer_than', evaluations.models.fields.PointsField(blank=True, null=True, verbose_name='fewer points than')),
                ('words', meetings.models.fields.CleanText(verbose_name='in words')),
                ('clause', meetings.models.fields.CleanLine(max_length=200, verbose_name='clause')),
            ],
            options={
                'verbose_name': 'limit of the class',
                'verbose_name_plural': 'limits of the class',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='JointCap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('points', evaluations.models.fields.PointsField(verbose_name='points at most')),
                ('clause', meetings.models.fields.CleanLine(max_length=200, verbose_name='clause')),
            ],
            options={
                'verbose_name': 'joint cap',
                'verbose_name_plural': 'joint caps',
                'ordering': ['pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='condition',
            name='a_condition_is_of_a_row_or_of_a_criterion',
        ),
        migrations.AddField(
            model_name='criteriongroup',
            name='part',
            field=models.CharField(choices=[('BASE', 'Points of the sheet'), ('BONUS', 'Bonus, on top'), ('DEDUCTION', 'Deduction, taken off')], default='BASE', max_length=10, verbose_name='part of the total'),
        ),
        migrations.AddField(
            model_name='scoresheet',
            name='limits',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), null=True, size=None),
        ),
        migrations.AddField(
            model_name='scoresheet',
            name='verified_limits',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), null=True, size=None),
        ),
        migrations.AlterField(
            model_name='reviewentry',
            name='points',
            field=evaluations.models.fields.SignedPointsField(blank=True, null=True, verbose_name='points'),
        ),
        migrations.AlterField(
            model_name='row',
            name='points',
            field=evaluations.models.fields.SignedPointsField(verbose_name='points'),
        ),
        migrations.AlterField(
            model_name='sheetentry',
            name='claimed_points',
            field=evaluations.models.fields.SignedPointsField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='criteriongroup',
            constraint=models.CheckConstraint(condition=models.Q(('part__in', ['BASE', 'BONUS', 'DEDUCTION'])), name='group_part_is_known'),
        ),
        migrations.AddField(
            model_name='gradelimit',
            name='criteria_set',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grade_limits', to='evaluations.criteriaset'),
        ),
        migrations.AddField(
            model_name='gradelimit',
            name='criterion',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='evaluations.criterion', verbose_name='criterion'),
        ),
        migrations.AddField(
            model_name='gradelimit',
            name='group',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='evaluations.criteriongroup', verbose_name='group'),
        ),
        migrations.AddField(
            model_name='condition',
            name='limit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='conditions', to='evaluations.gradelimit'),
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('criterion__isnull', True), ('limit__isnull', True), ('row__isnull', False)), models.Q(('criterion__isnull', False), ('limit__isnull', True), ('row__isnull', True)), models.Q(('criterion__isnull', True), ('limit__isnull', False), ('row__isnull', True)), _connector='OR'), name='a_condition_is_of_one_thing'),
        ),
        migrations.AddField(
            model_name='jointcap',
            name='criteria_set',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='joint_caps', to='evaluations.criteriaset'),
        ),
        migrations.AddField(
            model_name='jointcap',
            name='lines',
            field=models.ManyToManyField(related_name='+', to='evaluations.criterion', verbose_name='criteria'),
        ),
        migrations.AddConstraint(
            model_name='gradelimit',
            constraint=models.CheckConstraint(condition=models.Q(('at_most__in', ['FAIR', 'AVERAGE', 'POOR'])), name='a_class_is_limited_to_one_below_the_best'),
        ),
        migrations.AddConstraint(
            model_name='gradelimit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('criterion__isnull', True), ('fewer_than__isnull', True), ('group__isnull', True)), models.Q(('criterion__isnull', False), ('fewer_than__isnull', False), ('group__isnull', True)), models.Q(('criterion__isnull', True), ('fewer_than__isnull', False), ('group__isnull', False)), _connector='OR'), name='a_limit_asks_points_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='gradelimit',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('criteria_set', 'position'), name='limits_have_an_order'),
        ),
        migrations.RunSQL(_frozen_sets.FORWARD_TOTALS, _frozen_sets.BACKWARD_TOTALS),
    ]
