"""Electricity of enterprises, from the platform that meters it (domain 4.11, EMER-4)."""

import re

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_devices import DeviceAuthentication, SendsData
from emergency.services import electricity
from emergency.services.lists import CREDIT_CODE

MOST = 2_000


class PowerSerializer(serializers.Serializer):
    credit_code = serializers.CharField(max_length=18)
    day = serializers.DateField()
    kwh = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)

    def validate_credit_code(self, value):
        code = re.sub(r"\s", "", value).upper()
        if not CREDIT_CODE.fullmatch(code):
            raise serializers.ValidationError(_("应为18位统一社会信用代码。"))
        return code


class ElectricitySerializer(serializers.Serializer):
    readings = PowerSerializer(many=True, allow_empty=False)

    def validate_readings(self, rows):
        if len(rows) > MOST:
            raise serializers.ValidationError(_("一次最多 %(most)s 行。") % {"most": MOST})
        return rows


class ElectricityTakenSerializer(serializers.Serializer):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    unknown = serializers.ListField(child=serializers.CharField())


class ElectricityView(APIView):
    """Idempotent on (enterprise, day): the same again changes nothing, another figure replaces the earlier one."""

    authentication_classes = [DeviceAuthentication]
    permission_classes = [SendsData]

    @extend_schema(request=ElectricitySerializer, responses={200: ElectricityTakenSerializer, 201: ElectricityTakenSerializer})
    def post(self, request):
        form = ElectricitySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        taken = electricity.take(request.auth, form.validated_data["readings"])
        return Response(taken, status=status.HTTP_201_CREATED if taken["created"] else status.HTTP_200_OK)
