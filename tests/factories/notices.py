"""Messages in the outbox, due at once."""

import factory
from factory.django import DjangoModelFactory

from common import clock
from notices.models import Channel, Notice, State
from tests.factories.accounts import UserFactory


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    recipient = factory.SubFactory(UserFactory)
    channel = Channel.INBOX
    kind = "test"
    title = factory.Sequence(lambda n: f"第 {n} 号任务将于今天到期")
    dedup_key = factory.LazyAttributeSequence(lambda notice, n: f"test:{n}:u{notice.recipient.pk}:{notice.channel}")
    created_at = factory.LazyFunction(clock.now)
    not_before = factory.SelfAttribute("created_at")
    sent_at = factory.LazyAttribute(lambda notice: clock.now() if notice.state == State.SENT else None)
    state = State.PENDING
