"""Password rules of the 等保 profile (trust settings; ``PASSWORD_*``). All are off when their setting is 0."""

import re

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
DISTRICT_WORDS = ("airduty", "huanbao", "gongjian", "daqi", "wangge", "pingyuan", "123456", "qwerty")


class ClassesValidator:
    def validate(self, password, user=None):
        used = sum(bool(re.search(pattern, password)) for pattern in CLASSES)
        if used < settings.PASSWORD_MIN_CLASSES:
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self):
        return _("密码须含大写字母、小写字母、数字、符号中的至少 %(n)s 类。") % {"n": settings.PASSWORD_MIN_CLASSES}


class DistrictWordsValidator:
    """Refuses words everybody in the building would try first."""

    def validate(self, password, user=None):
        if any(word in password.lower() for word in DISTRICT_WORDS):
            raise ValidationError(self.get_help_text(), code="password_district_word")

    def get_help_text(self):
        return _("密码不能含有单位名称拼音等容易猜到的词。")


class HistoryValidator:
    def validate(self, password, user=None):
        if user is None or not user.pk or not settings.PASSWORD_HISTORY:
            return
        hashes = user.old_passwords.order_by("-id").values_list("hash", flat=True)[: settings.PASSWORD_HISTORY]
        if any(check_password(password, old) for old in hashes):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self):
        return _("不能使用最近 %(n)s 次用过的密码。") % {"n": settings.PASSWORD_HISTORY}
