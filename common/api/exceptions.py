from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework.views import set_rollback

from common.api.parsers import TooLarge
from common.errors import Conflict, NotYourRole, StorageFull


def exception_handler(error, context):
    """A service's ``ValidationError`` becomes 400, ``Conflict`` 409, ``NotYourRole`` 403, ``StorageFull`` 507; the rest is DRF's."""
    if isinstance(error, Conflict):
        set_rollback()
        return Response({"code": error.code, "detail": str(error), **error.extra}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, StorageFull):
        set_rollback()
        return Response({"code": "storage_full", "detail": str(error)}, status=status.HTTP_507_INSUFFICIENT_STORAGE)
    if isinstance(error, RequestDataTooBig):
        error = TooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    elif isinstance(error, ValidationError):
        error = exceptions.ValidationError(error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages})
    elif isinstance(error, NotYourRole):
        error = exceptions.PermissionDenied(str(error))
    return drf_exception_handler(error, context)
