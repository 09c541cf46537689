"""What the published schema says of signing in by a browser's session."""

from drf_spectacular.authentication import SessionScheme


class BrowserSessionScheme(SessionScheme):
    target_class = "common.api.authentication.SessionAuthentication"
