"""Addresses below /grids/: the app's own, and the import and export of rosters, which need ``sheets`` from a higher floor."""

from django.urls import path

from airduty.views import roster
from grids.urls import app_name
from grids.urls import urlpatterns as of_grids

__all__ = ["app_name", "urlpatterns"]
urlpatterns = [
    *of_grids,
    path("export/", roster.network_export, name="export"),
    path("import/", roster.roster_import, name="roster-import"),
    path("import/accounts/", roster.roster_accounts, name="roster-accounts"),
]
