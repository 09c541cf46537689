"""Supervised objects for programs. Personal data are always covered up here: a program has no eyes to be held to account."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.description import list_or_sheet
from registers import exports, schema
from registers.filters import SiteFilter
from registers.models import Site


class SiteSerializer(serializers.ModelSerializer):
    """An object as a list shows it."""

    name = serializers.CharField(source="shown_name")
    kind = serializers.CharField(source="kind.code")
    kind_name = serializers.CharField(source="kind.name")
    field = serializers.CharField(source="kind.field.code")
    grid = serializers.CharField(source="grid.code", default=None, allow_null=True)
    grid_name = serializers.CharField(source="grid.name", default=None, allow_null=True)
    organisation = serializers.CharField(source="organisation.name", default=None, allow_null=True)
    risk_label = serializers.CharField(source="get_risk_display")
    status_label = serializers.CharField()
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Site
        fields = (
            "id", "uuid", "code", "name", "kind", "kind_name", "field", "address", "lon", "lat", "grid", "grid_name", "organisation", "guarantor",
            "risk", "risk_label", "status", "status_label", "is_over", "version", "created_at", "updated_at", "url",
        )  # fmt: skip
        read_only_fields = fields


class PostSerializer(serializers.Serializer):
    role = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    starts_on = serializers.DateField()


class SiteDetailSerializer(SiteSerializer):
    """One object with the columns of its ledger and its posts."""

    attributes = serializers.SerializerMethodField()
    posts = serializers.SerializerMethodField()
    contact = serializers.CharField()
    contact_phone = serializers.SerializerMethodField()

    class Meta(SiteSerializer.Meta):
        fields = (*SiteSerializer.Meta.fields, "note", "contact", "contact_phone", "attributes", "posts")
        read_only_fields = fields

    def get_contact_phone(self, site) -> str:
        return schema.mask(site.contact_phone, "phone")

    def get_attributes(self, site) -> dict:
        masks = {line.key: line.mask for line in schema.own_lines(site.kind.schema, retired=True) if line.mask}
        return {key: schema.mask(value, masks[key]) if key in masks else value for key, value in site.attributes.items()}

    def get_posts(self, site) -> PostSerializer(many=True):
        return PostSerializer(site.site_posts.current(clock.today()), many=True).data


class SiteList(generics.GenericAPIView):
    """Supervised objects, filtered as the page filters them; all of them unless ``box=open``. ``?format=xlsx`` or ``csv`` gives the sheet."""

    serializer_class = SiteSerializer
    filterset_class = SiteFilter

    def get_queryset(self):
        if not self.request:
            return Site.objects.none()
        return Site.objects.visible_to(self.request.user).select_related("kind__field", "grid", "organisation")

    @list_or_sheet(SiteSerializer)
    def get(self, request):
        form = request.query_params.get("format", "json")
        if form in ("csv", "xlsx"):
            return self._sheet(request, form)
        if form != "json":
            raise serializers.ValidationError({"format": [_("format 应为 json、csv 或 xlsx。")]})
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _sheet(self, request, form: str):
        found = SiteFilter(request.query_params, queryset=Site.objects.visible_to(request.user), request=request)
        if not found.is_valid():
            raise serializers.ValidationError(found.errors)
        if exports.is_long(found.qs):
            job = exports.start(request.query_params, by=request.user, form=form)
            return Response({"job": job.pk, "detail": _("数据较多，已转入后台导出，完成后在“我的后台任务”下载。")}, status=status.HTTP_202_ACCEPTED)
        return exports.answer(found, by=request.user, form=form)


class SiteView(APIView):
    @extend_schema(responses=SiteDetailSerializer)
    def get(self, request, uuid):
        site = get_object_or_404(Site.objects.visible_to(request.user).select_related("kind__field", "grid", "organisation"), uuid=uuid)
        return Response(SiteDetailSerializer(site).data)
