import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from notices.stub.server import Stub


class Command(BaseCommand):
    help = "A gateway for texts, calls and robots that sends nothing and shows what it got: for the demonstration, on this machine only."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8099)

    def handle(self, *args, port, **options):
        address = f"{settings.BASE_URL.rstrip('/')}/api/v1/receipts/" if settings.GATEWAY_RECEIPT_TOKEN else ""
        try:
            stub = Stub(port=port, token=settings.SMS_WEBHOOK_TOKEN, receipts=address, receipt_token=settings.GATEWAY_RECEIPT_TOKEN)
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used ({error.strerror}); choose another: manage.py stub_gateway --port {port + 1}") from error
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        self.stdout.write(f"The stub gateway shows what it gets at {stub.origin}/")
        try:
            stub.serve()
        except KeyboardInterrupt:
            stub.server.server_close()
