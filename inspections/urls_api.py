"""The ledger for programs, below /api/v1/."""

urlpatterns: list = []
