"""Web processes, the same for `make run` and for production. Figures come from the environment."""

import gc
import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread" if threads > 1 else "sync"
timeout = 60
graceful_timeout = 20
keepalive = 5
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
control_socket_disable = True
errorlog = "-"
accesslog = None
loglevel = "warning"


def post_worker_init(worker):
    """Set aside what every request uses: going through it again in each full collection made one request in twenty 100 to 200 ms slower."""
    from django.urls import get_resolver  # noqa: PLC0415 - the program is loaded by now

    get_resolver().url_patterns  # noqa: B018 - read all views now, not in the first request
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
