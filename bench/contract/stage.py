"""Where the scripts play: a small district with shown people on an empty database."""

import os
import sys


def set_up(*, sqlite_too: bool = False):
    """Choose the database before Django is loaded, then migrate and build the district; gives its ``Place``."""
    if "--sqlite" in sys.argv:
        if not sqlite_too:
            sys.exit("This one needs PostgreSQL.")
        os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['DATA_DIR']}/contract.sqlite3"
    from bench.ready import ready  # noqa: PLC0415

    ready()
    from bench import district  # noqa: PLC0415

    return district.build(villages=12)


def number(name: str, default: int) -> int:
    """``--name=N`` from the command line."""
    return next((int(each.partition("=")[2]) for each in sys.argv if each.startswith(f"--{name}=")), default)


def database() -> str:
    return "SQLite" if "--sqlite" in sys.argv else "PostgreSQL"


def point_of(grid) -> tuple[float, float]:
    from shapely.geometry import shape  # noqa: PLC0415

    point = shape(grid.polygon).representative_point()
    return round(point.x, 6), round(point.y, 6)
