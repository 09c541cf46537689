"""Sources and alarms. ``alarm_of(source)`` goes the way of a real signal."""

import factory
from factory.django import DjangoModelFactory

from alarms.models import AlarmSource
from alarms.reading import Message
from alarms.services import intake
from common import clock
from tests.factories.grids import centre


class SourceFactory(DjangoModelFactory):
    """A camera in the middle of the first village of ``district`` unless ``grid`` is given."""

    class Meta:
        model = AlarmSource

    slug = factory.Sequence(lambda n: f"cam-{n}")
    kind = "smoke_camera"
    name = factory.Sequence(lambda n: f"{n}号摄像头")
    made_at = factory.LazyFunction(clock.now)

    @classmethod
    def _create(cls, model, *args, **kwargs):
        grid = kwargs.pop("grid", None) or kwargs["district"].villages[0]
        if "lon" not in kwargs:
            kwargs["lon"], kwargs["lat"] = centre(grid)
        return super()._create(model, *args, grid=grid, grid_path=grid.path, **kwargs)


def message(n: int = 0, **more) -> Message:
    """Something a camera says; another ``n`` is another message."""
    return Message(**{"meaning": "alarm", "event": "smoke", "text": "有烟", "raw": f"{n}".encode()} | more)


def alarm_of(source: AlarmSource, n: int = 0, **more):
    return intake.take_in(source, message(n, **more), size=100).alarm
