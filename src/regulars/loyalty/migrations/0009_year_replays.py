from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0008_rewards"),
    ]

    operations = [
        migrations.CreateModel(
            name="YearReplay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("seen", models.BigIntegerField()),
                ("document", models.JSONField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "waiting"),
                            ("working", "working"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                    ),
                ),
                ("share", models.FloatField(default=0)),
                ("result", models.JSONField(null=True)),
                ("error", models.TextField(blank=True, default="")),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.BigIntegerField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["asked_at"], name="loyalty_yearreplay_asked")],
                "constraints": [
                    models.UniqueConstraint(fields=("digest", "seen"), name="loyalty_yearreplay_key"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "working", "done", "failed"])),
                        name="loyalty_yearreplay_state",
                    ),
                ],
            },
        ),
    ]
