"""Pages of the field, below /m/. ``mobile:tasks`` and what belongs to tasks come from rectification."""

from django.urls import path

from inspections.views import mobile

app_name = "mobile"
urlpatterns = [
    path("", mobile.home, name="home"),
    path("report/", mobile.report, name="report"),
    path("sent/<uuid:uuid>/", mobile.sent, name="sent"),
    path("report/<uuid:uuid>/photos/", mobile.supplement, name="supplement"),
    path("held/", mobile.held_list, name="held"),
    path("held/<uuid:uuid>/", mobile.repair, name="repair"),
]
