import pytest


@pytest.fixture(autouse=True)
def _own_anchors(settings, tmp_path):
    """Anchor files of one test are not held against the chain of the next."""
    settings.DATA_DIR = tmp_path
