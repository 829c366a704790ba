"""People search: the index that Django's models cannot describe."""

from django.db import migrations

from regulars.profiles import search_index


def create(apps, schema_editor):
    search_index.create("profiles_search")


def drop(apps, schema_editor):
    search_index.drop()


class Migration(migrations.Migration):
    dependencies = [("profiles", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
