"""Alarms for programs: the list, by the same filter as the page."""

from rest_framework import generics, serializers

from alarms.filters import AlarmFilter
from alarms.models import Alarm, AlarmClock


class ClockSerializer(serializers.ModelSerializer):
    class Meta:
        model = AlarmClock
        fields = ("name", "due_at", "met_at", "late_at")


class AlarmSerializer(serializers.ModelSerializer):
    source = serializers.CharField(source="source.slug")
    grid = serializers.CharField(source="grid.code", allow_null=True)
    finding = serializers.UUIDField(source="finding.uuid", allow_null=True)
    clocks = ClockSerializer(many=True)

    class Meta:
        model = Alarm
        fields = (
            "uuid", "number", "kind", "level", "state", "version", "source", "grid", "address", "lon", "lat", "bearing", "text", "first_signal_at",
            "last_signal_at", "signal_count", "judgement", "false_reason", "judged_at", "dispatched_at", "accepted_at", "arrived_at", "controlled_at",
            "fed_back_at", "closed_at", "on_site", "cause", "finding", "clocks",
        )  # fmt: skip


class AlarmList(generics.ListAPIView):
    """Newest first. Who called in is not among the columns."""

    serializer_class = AlarmSerializer
    filterset_class = AlarmFilter
    queryset = Alarm.objects.none()

    def get_queryset(self):
        return Alarm.objects.visible_to(self.request.user).select_related("source", "grid", "finding").prefetch_related("clocks")
