"""The Celery application. Its schedule is the dict below; every entry is a scan that may run twice or by hand."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "airduty.settings")

app = Celery("airduty")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "dispatch notices": {"task": "notices.dispatch", "schedule": 20.0},
    "scan reminders": {"task": "rectification.scan_reminders", "schedule": 60.0},
    "scan clocks": {"task": "rectification.scan_clocks", "schedule": 60.0},
    "scan alarms": {"task": "alarms.scan", "schedule": 20.0},
    "watch monitors": {"task": "alarms.watch_monitors", "schedule": 300.0},
    "plan rounds": {"task": "inspections.plan_rounds", "schedule": crontab(minute=30, hour=5)},
    "catch up rounds": {"task": "inspections.plan_rounds", "schedule": 600.0},
    "erase tracks": {"task": "inspections.erase_tracks", "schedule": crontab(minute=15, hour=4, day_of_month=1)},
    "render photos": {"task": "evidence.render_missing", "schedule": 60.0},
    "run jobs": {"task": "sheets.run_waiting_jobs", "schedule": 30.0},
    "build scorecards": {"task": "scorecards.build_last_month", "schedule": crontab(minute=0, hour=2, day_of_month=1)},
    "catch up scorecards": {"task": "scorecards.build_last_month", "schedule": 600.0},
    "open reconciliations": {"task": "scorecards.open_reconciliations", "schedule": crontab(minute="*/10")},
    "remind reconciliations": {"task": "scorecards.remind_reconciliations", "schedule": crontab(minute="5-59/10")},
    "watch settling": {"task": "scorecards.watch_settling", "schedule": 600.0},
    "propose consequences": {"task": "scorecards.propose_consequences", "schedule": 600.0},
    "propose money": {"task": "scorecards.propose_money", "schedule": 600.0},
    "post accounts": {"task": "scorecards.post_accounts", "schedule": 600.0},
    "check calendar": {"task": "worktime.warn_missing_year", "schedule": crontab(minute=0, hour=8, month_of_year="11,12")},
    "look at hollow grids": {"task": "inspections.look_at_hollow_grids", "schedule": crontab(minute=0)},
    "remind training": {"task": "grids.remind_training", "schedule": crontab(minute=30, hour=8)},
    "work out air": {"task": "airquality.work_out_days", "schedule": 60.0},
    "watch stations": {"task": "airquality.watch_stations", "schedule": 180.0},
    "fetch air": {"task": "airquality.poll", "schedule": crontab(minute="5,15,35")},
    "scan emergency": {"task": "emergency.scan", "schedule": 60.0},
    "verify audit": {"task": "audit.verify", "schedule": crontab(minute=30, hour=3)},
    "anchor audit": {"task": "audit.anchor", "schedule": crontab(minute=5)},
}
