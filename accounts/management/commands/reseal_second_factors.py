from django.core.management.base import BaseCommand

from accounts import services
from notices.services import robots


class Command(BaseCommand):
    help = "Encrypt the secrets of every second factor and of every group robot anew with the first of SECOND_FACTOR_KEYS; run it after a new key was put in front."

    def handle(self, *args, **options):
        self.stdout.write(f"{services.reseal_second_factors()} second factors sealed with the first key")
        self.stdout.write(f"{robots.reseal()} group robots sealed with the first key")
