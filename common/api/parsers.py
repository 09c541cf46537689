from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers, status


class TooLarge(exceptions.APIException):
    """413 with the limit (bytes) in words."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self, limit: int):
        super().__init__(_("内容太大：每次最多 %(limit)s，请减少后重新发送。") % {"limit": filesizeformat(limit)})


class JSONParser(parsers.JSONParser):
    """JSON of a bounded size; nesting too deep to be read is the sender's fault, not ours."""

    def parse(self, stream, media_type=None, parser_context=None):
        length = (parser_context or {}).get("request").META.get("CONTENT_LENGTH") or 0
        if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError(_("内容嵌套太深。")) from error
