"""Every write of rectification. ``advance`` is the one way a state changes."""

from rectification.services.advance import advance

__all__ = ["advance"]
