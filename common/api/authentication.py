from rest_framework import authentication


class SessionAuthentication(authentication.SessionAuthentication):
    """A browser's session. Says ``WWW-Authenticate``, so that an anonymous call is answered 401 and never redirected."""

    def authenticate_header(self, request):
        return "Session"
