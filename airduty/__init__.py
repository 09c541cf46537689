"""Airduty: a district's air-pollution campaign, from the report in the street to the ranking of the month."""

from airduty.celery import app as celery_app

__all__ = ["celery_app"]
