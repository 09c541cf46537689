from django.db import migrations

from scorecards import guards


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0013_air")]

    operations = [migrations.RunPython(guards.install, guards.remove)]
