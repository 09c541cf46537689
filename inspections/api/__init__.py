"""The ledger for programs (design 5)."""
