from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0003_unusable_and_bookings")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="remarks",
            field=models.JSONField(default=dict),
        ),
    ]
