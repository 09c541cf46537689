"""Addresses below /grids/: the app's own; the import and export of rosters and the signs of hollow grids, which need higher floors."""

from django.urls import path

from airduty.views import questions, roster
from grids.urls import app_name
from grids.urls import urlpatterns as of_grids
from inspections.views import hollow

__all__ = ["app_name", "urlpatterns"]
urlpatterns = [
    *of_grids,
    path("hollow/", hollow.page, name="hollow"),
    path("hollow/limits/", hollow.limits, name="hollow-limits"),
    path("hollow/<int:pk>/<slug:kind>/", hollow.rebut, name="hollow-rebut"),
    path("training/questions/import/", questions.question_import, name="question-import"),
    path("export/", roster.network_export, name="export"),
    path("import/", roster.roster_import, name="roster-import"),
    path("import/accounts/", roster.roster_accounts, name="roster-accounts"),
]
