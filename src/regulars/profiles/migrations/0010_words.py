"""The words of names move to the cards, with an index of their own: no row for each word any more."""

from django.db import migrations, models

from regulars.profiles import search_index


def move(apps, schema_editor):
    joined = "string_agg" if schema_editor.connection.vendor == "postgresql" else "group_concat"
    schema_editor.execute(
        f"UPDATE profiles_card SET words = (SELECT {joined}(word, ' ') FROM profiles_nameword "
        "WHERE profiles_nameword.profile_id = profiles_card.profile_id)"
    )


def index(apps, schema_editor):
    search_index.create("profiles_names")


class Migration(migrations.Migration):
    dependencies = [("profiles", "0009_viewing")]

    operations = [
        migrations.AddField("card", "words", models.TextField(null=True)),
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel("NameWord"),
        migrations.RunPython(index, migrations.RunPython.noop),
    ]
