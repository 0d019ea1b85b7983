from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0005_who_came_by_code_is_told_by_the_session")]

    operations = [migrations.AddField("submittedform", "digest", models.CharField(max_length=64, default=""))]
