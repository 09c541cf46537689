"""The product's settings with one more address: the view that submitting and a step of the workflow are compared with."""

from airduty.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
