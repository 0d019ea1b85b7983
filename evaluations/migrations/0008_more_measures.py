from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0007_consultations'),
    ]

    operations = [
        migrations.AddField(
            model_name='monthfacts',
            name='agenda_items',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='conclusion_votes_base',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='conclusion_votes_for',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='excused',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='expected_not_excused',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='held_day',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='is_online',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='notified_lead_days',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='opinions',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='prepared_lead_days',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='regular_missed_this_year',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='monthfacts',
            name='thematic_this_quarter',
            field=models.BooleanField(null=True),
        ),
    ]
