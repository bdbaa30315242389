from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("simulator", "0002_programme"),
    ]

    operations = [
        migrations.AddField(
            model_name="demoshop",
            name="offers",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="demoshop",
            name="rewards",
            field=models.JSONField(default=list),
        ),
    ]
