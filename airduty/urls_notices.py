from django.urls import path

from airduty.views import inbox

app_name = "notices"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("open/", inbox.open_all, name="open_all"),
    path("<int:pk>/open/", inbox.open_one, name="open"),
    path("outbox/", inbox.outbox, name="outbox"),
]
