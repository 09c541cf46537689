"""Keys with which platforms and stations send readings. A key is shown once, on the page that answers."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import devices as service
from accounts.models import Device
from airquality import access
from airquality.forms import DeviceForm
from airquality.services import stations
from airquality.views.frame import given, page_or_form
from grids.scope import rights


@page_or_form
def devices(request):
    district = access.kept_district(request)
    taken = set(Device.objects.filter(district_id=district.pk, revoked_at=None).values_list("name", flat=True))
    form = DeviceForm(*given(request), taken=taken)
    if request.method == "POST" and form.is_valid():
        device, key = service.issue(district.pk, form.cleaned_data["name"], by=request.user)
        return _page(request, district.pk, DeviceForm(taken=taken), device=device, key=key)
    return _page(request, district.pk, form, status=422 if form.errors else 200)


@require_POST
def renew(request, pk):
    device = _the_one(request, pk)
    key = service.renew(device, by=request.user)
    return _page(request, device.district_id, DeviceForm(taken=set()), device=device, key=key)


@require_POST
def revoke(request, pk):
    device = _the_one(request, pk)
    if service.revoke(device, by=request.user):
        messages.success(request, _("“%(name)s”的密钥已停用，设备不能再发送数据。") % {"name": device.name})
    return redirect("airquality:devices")


def _the_one(request, pk) -> Device:
    device = get_object_or_404(Device, pk=pk, district_id__in=rights(request.user).district_ids)
    stations.insist(request.user, device.district_id)
    return device


def _page(request, district_id: int, form, *, status: int = 200, **shown):
    rows = Device.objects.filter(district_id=district_id).select_related("made_by", "revoked_by").order_by("revoked_at", "name", "pk")
    answer = render(request, "airquality/devices.html", {"devices": rows, "form": form, "key": ""} | shown, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
