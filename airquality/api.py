"""Readings for machines: stations and platforms send them, programs ask for them."""

import datetime as dt

from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_devices import DeviceAuthentication, SendsData
from airquality import hourly, hours, rows
from airquality.models import Reading, Station
from airquality.services import intake
from airquality.words import POLLUTANTS, Source, Status
from common import clock
from common.api.parsers import JSONParser
from grids.models import Grid

MOST_DAYS = 92
TOO_LONG = dt.timedelta(days=MOST_DAYS)


def _figure(text: str):
    return serializers.DecimalField(max_digits=9, decimal_places=3, allow_null=True, required=False, help_text=text)


class RowSerializer(serializers.Serializer):
    """One station's hour. A pollutant that is absent or null has no valid mean in this hour."""

    station = serializers.CharField(max_length=30, help_text="code of the station")
    hour = serializers.DateTimeField(help_text="end of the hour: 07:00 is the mean of 06:00 to 07:00; without an offset Beijing time")
    status = serializers.ChoiceField(Status.choices, required=False)
    so2, no2, o3, pm10, pm25 = (_figure("µg/m³") for _n in range(5))
    co = _figure("mg/m³")
    wind_direction = _figure("degrees from which it blew, 0 to 360, north is 0; wants a speed")
    wind_speed = _figure("m/s; the first to come is the hour's wind of the district")


class BatchSerializer(serializers.Serializer):
    readings = RowSerializer(many=True, help_text=f"at most {intake.MOST}")
    status = serializers.ChoiceField(Status.choices, required=False, help_text="of rows that say nothing; real_time by default")


class RefusalSerializer(serializers.Serializer):
    index = serializers.IntegerField(help_text="of the row in the batch, from 0")
    field = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()
    remedy = serializers.CharField()


class OutcomeSerializer(serializers.Serializer):
    new = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    corrected = serializers.IntegerField()
    refused = RefusalSerializer(many=True)


class HourSerializer(serializers.Serializer):
    """``aqi`` is null when nothing was measured and, from 2026, when something is missing and the rest stays within 100 (``is_withheld``)."""

    hour = serializers.DateTimeField()
    status = serializers.ChoiceField(Status.choices)
    concentrations = serializers.DictField(child=serializers.FloatField(allow_null=True))
    sub_indexes = serializers.DictField(child=serializers.IntegerField())
    aqi = serializers.IntegerField(allow_null=True)
    level = serializers.IntegerField(allow_null=True, help_text="1 to 6")
    primary = serializers.ListField(child=serializers.CharField(), help_text="so2, no2, co, o3, pm10, pm25; empty up to AQI 50")
    edition = serializers.ChoiceField(["2012", "2026"], help_text="of HJ 633, by the day of observation")
    is_withheld = serializers.BooleanField()


class HoursSerializer(serializers.Serializer):
    station = serializers.CharField()
    name = serializers.CharField()
    results = HourSerializer(many=True)


class ReadingsView(APIView):
    parser_classes = [JSONParser]

    def get_authenticators(self):
        return [DeviceAuthentication()] if self._sends() else super().get_authenticators()

    def get_permissions(self):
        return [SendsData()] if self._sends() else super().get_permissions()

    def _sends(self) -> bool:
        return self.request is not None and self.request.method == "POST"

    @extend_schema(request=BatchSerializer, responses={200: OutcomeSerializer, 400: OpenApiTypes.OBJECT})
    def post(self, request):
        """Send hourly readings of the device's district. Safe to send again; wrong rows are named and the others taken. 400 when none could be."""
        readings, given = _batch(request.data)
        device = request.auth
        sender = intake.Sender(Source.INTERFACE, device.name)
        outcome = intake.take(readings, district=Grid.objects.get(pk=device.district_id), sender=sender, status=given)
        refused_all = outcome.refused and not outcome.taken
        return Response(OutcomeSerializer(outcome).data, status=status.HTTP_400_BAD_REQUEST if refused_all else status.HTTP_200_OK)

    @extend_schema(
        parameters=[
            OpenApiParameter("station", str, required=True, description="code of a station"),
            OpenApiParameter("start", str, description="first hour (ISO time) or day; by default 24 hours before the end"),
            OpenApiParameter("end", str, description=f"last hour or day, itself included; by default now; at most {MOST_DAYS} days after the start"),
            OpenApiParameter(
                "status", str, enum=["best", *Status.values, "all"], description="best (default): reviewed where there is, else real-time"
            ),
            OpenApiParameter("district", str, description="code of the district, where two have a station of this code"),
        ],
        responses=HoursSerializer,
    )
    def get(self, request):
        """A station's hours: concentrations, sub-indexes, index, level, primary pollutants, edition."""
        station = _station(request)
        start, end = _span(request.query_params)
        found = _wanted(station, start, end, request.query_params.get("status") or "best")
        return Response(HoursSerializer({"station": station.code, "name": station.name, "results": [_told(each) for each in found]}).data)


# --- sending ----------------------------------------------------------------------------------------------------------------------------
def _batch(data) -> tuple[list, str]:
    readings = data.get("readings") if isinstance(data, dict) else data
    given = (data.get("status") if isinstance(data, dict) else None) or Status.REAL_TIME
    if not isinstance(readings, list) or not readings:
        raise serializers.ValidationError({"readings": [_("缺少数据：readings 应为至少一行的列表。")]})
    if len(readings) > intake.MOST:
        raise serializers.ValidationError({"readings": [_("一批最多 %(most)d 行，请分批发送。") % {"most": intake.MOST}]})
    if given not in Status.values:
        raise serializers.ValidationError({"status": [_("数据状态应为 real_time 或 reviewed。")]})
    return readings, given


# --- asking -----------------------------------------------------------------------------------------------------------------------------
def _station(request) -> Station:
    code, district = request.query_params.get("station", "").strip(), request.query_params.get("district", "").strip()
    if not code:
        raise serializers.ValidationError({"station": [_("请给出站点编码，例如 station=1001A。")]})
    if "\0" in code + district:
        raise serializers.ValidationError({"station": [_("站点编码含有不能使用的字符。")]})
    found = Station.objects.visible_to(request.user).filter(code=code, **({"district__code": district} if district else {}))
    if found.count() > 1:
        raise serializers.ValidationError({"district": [_("几个区县都有这个编码的站点，请用 district 指明区县编码。")]})
    return get_object_or_404(found)


def _span(params) -> tuple[dt.datetime, dt.datetime]:
    end = _moment(params, "end", hours.last_of) or hours.latest(clock.now())
    start = _moment(params, "start", hours.first_of) or _earlier(end)
    if start > end:
        raise serializers.ValidationError({"start": [_("起始时间晚于结束时间。")]})
    if end - start > TOO_LONG:
        raise serializers.ValidationError({"start": [_("一次最多查询 %(days)d 天，请分段查询。") % {"days": MOST_DAYS}]})
    return start, end


def _earlier(end: dt.datetime) -> dt.datetime:
    return max(end, rows.EARLIEST + TOO_LONG) - hourly.LOOK_BACK


def _moment(params, name: str, of_day) -> dt.datetime | None:
    text = params.get(name, "").strip()
    if "T" in text:
        text = text.replace(" ", "+")  # of an offset that was not escaped
    if not text:
        return None
    try:
        day = parse_date(text)
        found = of_day(day).astimezone(dt.UTC) if day else rows.moment(text)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise serializers.ValidationError({name: [_("时间无法识别，应写成 2026-11-27 或 2026-11-27T07:00:00。")]})
    return found


def _wanted(station: Station, start, end, wanted: str) -> list[hourly.Hour]:
    if wanted not in ("best", "all", *Status.values):
        raise serializers.ValidationError({"status": [_("status 应为 best、real_time、reviewed 或 all。")]})
    readings = Reading.objects.filter(station=station, hour__range=(start, end)).select_related("station").order_by("hour", "status")
    if wanted in Status.values:
        readings = readings.filter(status=wanted)
    return hourly.with_indexes(hourly.best(readings) if wanted == "best" else readings)


def _told(each: hourly.Hour) -> dict:
    reading, found = each.reading, each.index
    return {
        "hour": clock.beijing(reading.hour),
        "status": reading.status,
        "concentrations": {name: None if reading.values[name] is None else float(reading.values[name]) for name in POLLUTANTS},
        "sub_indexes": found.sub_indexes,
        "aqi": found.aqi,
        "level": found.level,
        "primary": list(found.primary),
        "edition": found.edition,
        "is_withheld": found.is_withheld,
    }
