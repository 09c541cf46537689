"""Telephone numbers typed with blanks, hyphens or the country's code become digits: no message and no code reached them."""

import re

from django.db import migrations


def as_digits(apps, _schema_editor):
    users = apps.get_model("accounts", "User")
    for user in users.objects.filter(phone__regex=r"[^0-9]").iterator():
        users.objects.filter(pk=user.pk).update(phone=re.sub(r"\D", "", re.sub(r"^\s*(\+|00)86", "", user.phone)))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_devices")]
    operations = [migrations.RunPython(as_digits, migrations.RunPython.noop)]
