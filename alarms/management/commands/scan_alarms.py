from django.core.management.base import BaseCommand

from alarms.services import offline, scan


class Command(BaseCommand):
    help = "What time brings to alarms: those not judged go out, the next in line is called, passed limits are stamped, silent monitors are noted."

    def handle(self, *args, **options):
        done = scan.scan() | {f"monitors {name}": count for name, count in offline.watch().items()}
        self.stdout.write(", ".join(f"{name} {count}" for name, count in done.items()))
