"""Receivers on loopback that write down what reaches them."""

import json
import threading
import time
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

from scripts.children import free_port


class Mailbox:
    """SMTP; ``slow`` seconds per message, or ``refuse`` with this answer."""

    def __init__(self, *, slow: float = 0, refuse: str = ""):
        self.slow, self.refuse, self.mails = slow, refuse, []

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            return self.refuse
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        time.sleep(self.slow)
        return "250 OK"


@contextmanager
def smtp(**manner):
    mailbox = Mailbox(**manner)
    mailbox.port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, server_hostname="sink")
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@contextmanager
def gateway(answer=lambda number: (200, {"id": f"m{number}"})):
    """An SMS gateway; ``answer(number)`` gives status and JSON (or raw bytes) for the ``number``-th call."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            received.append({"path": self.path, "token": self.headers["Authorization"], **body})
            status, content = answer(len(received))
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/send", received
    finally:
        server.shutdown()
        server.server_close()
