"""Every address of the portal. Names, not paths, are used inside the code."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from accounts import views as accounts
from accounts.api import TokenView
from airduty.views import health, settings_home, ui
from airduty.views import home as desk
from inspections.views import app as field_app
from notices.api import ReceiptsView
from scorecards.api import PapersView, ScorecardsView
from scorecards.api_accounts import AccountsView
from scorecards.api_yearly import YearView

urlpatterns = [
    path("", desk.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("accounts.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/v1/auth/token/", TokenView.as_view(), name="api_token"),
    path("api/v1/receipts/", ReceiptsView.as_view(), name="api_receipts"),
    path("i18n/setlang/", accounts.set_language, name="set_language"),
    path("jsi18n/", accounts.script_texts, name="jsi18n"),
    path("notices/", include("airduty.urls_notices")),
    path("audit/", include("airduty.urls_audit")),
    path("", include("worktime.urls")),
    path("scorecards/", include("scorecards.urls")),
    path("api/v1/scorecards/year/<int:year>/", YearView.as_view(), name="api_scorecard_year"),
    path("api/v1/scorecards/<str:month>/", ScorecardsView.as_view(), name="api_scorecards"),
    path("api/v1/scorecards/<str:month>/papers/", PapersView.as_view(), name="api_scorecard_papers"),
    path("api/v1/accounts/<str:month>/", AccountsView.as_view(), name="api_accounts"),
    path("grids/", include("airduty.urls_grids")),
    path("settings/", settings_home.settings_home, name="settings"),
    path("ui/", ui.gallery, name="ui"),
    path("ui/places.geojson", ui.places, name="ui_places"),
    path("sheets/", include("sheets.urls")),
    path("sites/", include("registers.urls")),
    path("air/", include("airquality.urls")),
    path("alarms/", include("alarms.urls")),
    path("emergency/", include("emergency.urls")),
    path("ledger/", include("inspections.urls")),
    path("patrols/", include("inspections.urls_patrols")),
    path("sw.js", field_app.worker, name="field_worker"),
    path("m/training/", include("grids.urls_mobile")),
    path("m/alarms/", include("alarms.urls_mobile")),
    path("m/", include("inspections.urls_mobile")),
    path("m/tasks/", include("rectification.urls_mobile")),
    path("api/v1/", include("airquality.urls_api")),
    path("api/v1/", include("alarms.urls_api")),
    path("api/v1/", include("emergency.urls_api")),
    path("api/v1/", include("registers.urls_api")),
    path("api/v1/", include("inspections.urls_api")),
    path("api/v1/", include("rectification.urls_api")),
    path("", include("rectification.urls")),
]

handler500 = "airduty.views.errors.server_error"
