"""Addresses below /grids/: the app's own, and the import and export of rosters, which need ``sheets`` from a higher floor."""

from grids.urls import app_name
from grids.urls import urlpatterns as of_grids

__all__ = ["app_name", "urlpatterns"]
urlpatterns = [*of_grids]
