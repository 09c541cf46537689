import pytest

from tests.rectification.scene import Scene


@pytest.fixture
def scene(db):
    return Scene()


@pytest.fixture
def no_lot(monkeypatch):
    from rectification.services import chance

    monkeypatch.setattr(chance, "drawn", lambda one_in: False)
