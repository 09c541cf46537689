"""Rounds and visits as phones send them. Serializers turn text into clean values; they never save."""

import datetime as dt

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from grids.models import Grid
from inspections.api.fields import EARLIEST, LATEST, FiniteField, MomentField, is_storable
from inspections.api.serializers import WHOLE, NamedField, PhotoEntry, _of_districts
from inspections.services import rounds, visit_photos, visits
from inspections.words import Conclusion, PatrolKind

MAX_ANSWERS = 200


class PatrolBody(serializers.Serializer):
    """What a phone says of a round. ``kind`` and ``grid`` only matter for a round that was not planned."""

    v = serializers.IntegerField(required=False, min_value=0, max_value=WHOLE)
    device_id = serializers.CharField(required=False, allow_blank=True, max_length=64)
    seq = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=WHOLE)
    kind = serializers.ChoiceField(PatrolKind.choices, required=False, allow_blank=True)
    grid = NamedField(_of_districts(Grid), required=False, allow_null=True)
    started_at = MomentField(required=False, allow_null=True)
    finished_at = MomentField(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)
    track = serializers.ListField(required=False, allow_null=True, max_length=20_000)

    def validate_track(self, points):
        return [point for point in (clean_point(each) for each in points or []) if point]


def clean_point(point) -> list | None:
    """``[ISO time, lon, lat, accuracy]``; None for a point that says nothing: one bad point is no reason to refuse a round."""
    if not isinstance(point, list) or len(point) < 3 or not isinstance(point[0], str):
        return None
    try:
        moment = parse_datetime(point[0])
    except ValueError:
        return None
    figures = [each for each in point[1:4] if isinstance(each, (int, float)) and not isinstance(each, bool)]
    if moment is None or moment.tzinfo is None or not EARLIEST <= moment <= LATEST or len(figures) < 2:
        return None
    lon, lat, accuracy = figures[0], figures[1], figures[2] if len(figures) > 2 else 0
    if not (-180 <= lon <= 180 and -90 <= lat <= 90 and 0 <= accuracy < 10_000_000):
        return None
    return [moment.astimezone(dt.UTC).isoformat(timespec="seconds"), round(lon, 6), round(lat, 6), round(accuracy, 1)]


class NamedVersion(serializers.Serializer):
    code = serializers.CharField(max_length=20)
    version = serializers.IntegerField(min_value=1, max_value=32_000)


class AnswersBody(NamedVersion):
    """Answers to one version of a checklist, and to ``addons`` answered beside it."""

    addons = NamedVersion(many=True, required=False)
    answers = serializers.DictField(required=False)

    def validate_answers(self, answers):
        if len(answers) > MAX_ANSWERS:
            raise serializers.ValidationError(_("检查项最多 %(n)s 项。") % {"n": MAX_ANSWERS}, code="too_many")
        if not is_storable(answers):
            raise serializers.ValidationError(_("答案里有不能保存的字符，请改用普通文字。"), code="characters")
        return answers

    def validate(self, clean):
        return {
            "code": clean["code"],
            "version": clean["version"],
            "addons": [dict(each) for each in clean.get("addons") or []],
            "answers": clean.get("answers") or {},
        }


class VisitPhotoEntry(PhotoEntry):
    source = serializers.CharField(required=False, allow_blank=True, max_length=20)


class VisitBody(serializers.Serializer):
    """What was found at an object. Unknown words are ignored; every version is accepted."""

    v = serializers.IntegerField(required=False, min_value=0, max_value=WHOLE)
    device_id = serializers.CharField(required=False, allow_blank=True, max_length=64)
    seq = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=WHOLE)
    patrol = serializers.UUIDField(required=False, allow_null=True)
    site = serializers.UUIDField()
    arrived_at = MomentField(required=False, allow_null=True)
    saved_at = MomentField(required=False, allow_null=True)
    lon = FiniteField(required=False, allow_null=True, min_value=-180, max_value=180)
    lat = FiniteField(required=False, allow_null=True, min_value=-90, max_value=90)
    accuracy = FiniteField(required=False, allow_null=True, min_value=0, max_value=10_000_000)
    conclusion = serializers.ChoiceField(Conclusion.choices)
    one_tap = serializers.BooleanField(required=False)
    checklist = AnswersBody(required=False, allow_null=True)
    text = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    photos = VisitPhotoEntry(many=True, required=False)

    def validate_photos(self, photos):
        once = list({photo["sha256"]: dict(photo) for photo in photos}.values())
        if len(once) > visit_photos.MAX_PHOTOS:
            raise serializers.ValidationError(_("照片最多 %(n)s 张。") % {"n": visit_photos.MAX_PHOTOS}, code="too_many")
        return once

    def validate(self, clean):
        if (clean.get("lon") is None) != (clean.get("lat") is None):
            raise serializers.ValidationError({"lon": _("经度和纬度要一起填写。")}, code="half_a_place")
        return clean


class PatrolAnswer(serializers.Serializer):
    uuid = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.CharField()
    grid = serializers.CharField(source="grid.code")
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    tracked = serializers.SerializerMethodField()
    photos_missing = serializers.SerializerMethodField()
    replay = serializers.SerializerMethodField()

    def get_tracked(self, patrol) -> bool:
        """Whether places of this round are recorded at all."""
        return patrol.kind in rounds.TRACKED and bool(patrol.track)

    def get_photos_missing(self, _patrol) -> list[str]:
        return []

    def get_replay(self, _patrol) -> bool:
        return self.context["replay"]


class VisitAnswer(serializers.Serializer):
    """``proposals``: for each failed item what could be reported."""

    uuid = serializers.UUIDField()
    site = serializers.UUIDField(source="site.uuid")
    patrol = serializers.UUIDField(source="patrol.uuid", default=None, allow_null=True)
    state = serializers.CharField()
    conclusion = serializers.CharField()
    text = serializers.CharField()
    arrived_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    distance = serializers.IntegerField(allow_null=True)
    score = serializers.SerializerMethodField()
    grade = serializers.CharField()
    is_failed = serializers.BooleanField()
    flags = serializers.JSONField()
    proposals = serializers.SerializerMethodField()
    photos_missing = serializers.SerializerMethodField()
    replay = serializers.SerializerMethodField()

    def get_score(self, visit) -> float | None:
        return None if visit.score is None else visit.score / 100

    def get_proposals(self, visit) -> list[dict]:
        return visits.proposals(visit) if visit.checklist_id else []

    def get_photos_missing(self, visit) -> list[str]:
        return visit_photos.missing(visit)

    def get_replay(self, _visit) -> bool:
        return self.context["replay"]
