"""Addresses of findings' detail and of tasks."""

from django.urls import path

from rectification.views import backtrace, finding, photos, rules, site, tasks

app_name = "rectification"
urlpatterns = [
    path("ledger/fires/export/", tasks.export_fires, name="fire-export"),
    path("ledger/<uuid:uuid>/", finding.finding, name="finding"),
    path("ledger/<uuid:uuid>/file/", finding.case_file, name="case-file"),
    path("ledger/<uuid:uuid>/backtrace/", backtrace.backtrace, name="backtrace"),
    path("ledger/<uuid:uuid>/<slug:action>/", finding.finding_step, name="finding-step"),
    path("sites/<uuid:uuid>/", site.site, name="site"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/counts/", tasks.counts, name="task-counts"),
    path("tasks/export/", tasks.export, name="task-export"),
    path("tasks/late-text/", tasks.late_text, name="late-text"),
    path("tasks/urge/", tasks.bulk_urge, name="bulk-urge"),
    path("tasks/assign/", tasks.bulk_assign, name="bulk-assign"),
    path("tasks/verify/", tasks.verify, name="verify"),
    path("tasks/requests/", tasks.requests, name="requests"),
    path("tasks/look-backs/", tasks.look_backs, name="look-backs"),
    path("settings/routing/", rules.routing, name="routing"),
    path("settings/routing/<int:pk>/remove/", rules.remove_route, name="remove-route"),
    path("settings/reminders/", rules.reminders, name="reminders"),
    path("settings/clocks/", rules.clock_rules, name="clocks"),
    path("tasks/limits/", finding.limits, name="limits"),
    path("tasks/photos/<int:pk>/discard/", photos.discard, name="discard-photo"),
    path("tasks/photos/<int:pk>/answer/", photos.answer, name="answer-photo"),
    path("tasks/photos/<int:pk>/<slug:variant>/", photos.task_photo, name="task-photo"),
    path("tasks/<int:pk>/<slug:action>/", finding.task_step, name="task-step"),
]
