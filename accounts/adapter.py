"""allauth, with sign-up closed: accounts are made by the district's administrator or by ``import_roster``."""

from allauth.account.adapter import DefaultAccountAdapter


class ClosedSignUpAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False
