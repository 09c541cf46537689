from django.db import migrations

from scorecards import guards


class Migration(migrations.Migration):
    """The guards look at each month or card that a statement touches once, not at each row of it."""

    dependencies = [("scorecards", "0011_withdrawn_disputes")]

    operations = [migrations.RunPython(guards.install, guards.remove)]
