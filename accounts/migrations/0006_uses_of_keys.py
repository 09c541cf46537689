"""What a key opens; keys of alarm sources are marked by ``alarms.0003``."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_phones_as_digits")]

    operations = [
        migrations.AddField(
            model_name="device",
            name="use",
            field=models.CharField(
                choices=[("data", "小时数据、用电数据"), ("alarm", "报警来源")], default="data", max_length=5, verbose_name="用途"
            ),
        ),
    ]
