"""In which language people are told of a step, and how a page sums it up."""

import pytest
from django.utils import translation

from notices.models import Notice
from rectification import timeline
from rectification.services import advance

pytestmark = pytest.mark.django_db


@pytest.fixture
def urged(scene):
    """A task of the township about which a Chinese and an English reader are told."""
    scene["manager"].language = "en"
    scene["manager"].save()
    return advance(scene.task("accepted"), "urge", by=scene["office"])


def titles(task):
    rows = Notice.objects.filter(subject_id=str(task.pk), kind="task.urge", channel="inbox").select_related("recipient")
    return {row.recipient.language: row.title for row in rows}


def test_each_party_is_told_in_their_language(urged):
    told = titles(urged)

    assert told[""].startswith("催办（第1次）：")
    assert told["en"].startswith("Urged")


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "已通知2人"), ("en", "2")])
def test_the_timeline_sums_one_telling_up_in_one_line_of_the_readers_language(urged, scene, language, words):
    finding = urged.finding
    notices = timeline.notices_of(finding, [urged], user=scene["office"])
    with translation.override(language):
        lines = timeline.lines(finding, [urged], user=scene["office"], finding_events=[], task_events=[], notices=notices)

    assert len(lines) == 1
    assert words in lines[0].title
    assert ("Urged" in lines[0].title) == (language == "en")
    assert ("催办" in lines[0].title) == (language == "zh-hans")
