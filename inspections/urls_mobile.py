"""Pages of the field, below /m/. The app's own addresses all give its shell; what needs the network has a page of the server.

``mobile_tasks`` comes from rectification.
"""

from django.urls import path

from inspections.views import app, mobile

app_name = "mobile"
urlpatterns = [
    path("", app.shell, name="home"),
    path("report/", app.shell, name="report"),
    path("rounds/", app.shell, name="rounds"),
    path("round/<uuid:uuid>/", app.shell, name="round"),
    path("visit/<uuid:uuid>/", app.shell, name="visit"),
    path("site/<uuid:uuid>/", app.shell, name="site"),
    path("sites/", app.shell, name="sites"),
    path("tasks/", app.shell, name="tasks"),
    path("unsent/", app.shell, name="unsent"),
    path("map/", app.shell, name="map"),
    path("me/", app.shell, name="me"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("session/", app.session, name="session"),
    path("sent/<uuid:uuid>/", mobile.sent, name="sent"),
    path("report/<uuid:uuid>/photos/", mobile.supplement, name="supplement"),
    path("held/", mobile.held_list, name="held"),
    path("held/<uuid:uuid>/", mobile.repair, name="repair"),
]
