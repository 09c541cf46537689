from scorecards.services.building import build, build_last_month
from scorecards.services.defaults import load

__all__ = ["build", "build_last_month", "load"]
