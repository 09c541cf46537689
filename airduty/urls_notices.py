from django.urls import path

from airduty.views import channels, inbox, push

app_name = "notices"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("open/", inbox.open_all, name="open_all"),
    path("<int:pk>/open/", inbox.open_one, name="open"),
    path("outbox/", inbox.outbox, name="outbox"),
    path("channels/", channels.channels, name="channels"),
    path("robots/new/", channels.robot_new, name="robot-new"),
    path("robots/<int:pk>/", channels.robot_edit, name="robot-edit"),
    path("robots/<int:pk>/try/", channels.robot_try, name="robot-try"),
    path("robots/<int:pk>/switch/", channels.robot_switch, name="robot-switch"),
    path("push/", push.subscription, name="push"),
    path("push.js", push.worker, name="push-worker"),
]
