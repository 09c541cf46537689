import pytest

from rectification.services import chance


@pytest.fixture(autouse=True)
def no_lot(monkeypatch):
    """No closing is drawn for a second look, every closing is looked back on: what happens does not hang on luck."""
    monkeypatch.setattr(chance, "drawn", lambda one_in: False)
    monkeypatch.setattr(chance, "share", lambda percent: True)
