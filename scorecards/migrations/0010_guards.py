from django.db import migrations

from scorecards import guards


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0009_cards_of_fields_and_grids")]

    operations = [migrations.RunPython(guards.install, guards.remove)]
