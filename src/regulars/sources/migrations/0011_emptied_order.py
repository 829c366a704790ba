"""Orders of others that named somebody who was erased, until the mart has taken them anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0010_emptied_event")]

    operations = [
        migrations.CreateModel(
            name="EmptiedOrder",
            fields=[
                ("order_key", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
    ]
