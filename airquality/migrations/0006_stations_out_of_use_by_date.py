"""A station goes out of use on a day. Those that are out of use already have none: as before, none of their days counts until the office says when."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("airquality", "0005_targets_on_record")]
    operations = [
        migrations.AddField("station", "out_of_use_from", models.DateField("停用日期", null=True, blank=True)),
        migrations.AddConstraint(
            "station", models.CheckConstraint(condition=Q(is_active=False) | Q(out_of_use_from=None), name="station_in_use_has_no_end")
        ),
    ]
