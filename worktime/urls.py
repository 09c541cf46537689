from django.urls import path

from worktime import views

app_name = "worktime"
urlpatterns = [
    path("settings/calendar/", views.this_year, name="this_year"),
    path("settings/calendar/<int:year>/", views.calendar_page, name="calendar"),
    path("settings/calendar/<int:year>/import/", views.import_year, name="import"),
    path("settings/calendar/<int:year>/duty-hours/", views.duty_hours, name="duty_hours"),
    path("settings/calendar/<int:year>/<str:date>/", views.day, name="day"),
]
