from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, parsers, status


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("内容太大，请减少后重新发送。")
    default_code = "too_large"


class JSONParser(parsers.JSONParser):
    """JSON of a bounded size; nesting too deep to be read is the sender's fault, not ours."""

    def parse(self, stream, media_type=None, parser_context=None):
        length = (parser_context or {}).get("request").META.get("CONTENT_LENGTH") or 0
        if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError(_("内容嵌套太深。")) from error
