from notices.models.notice import Heartbeat, Notice, NoticeQuerySet
from notices.models.push import PushSubscription
from notices.models.robot import Robot
from notices.words import UNSENT, Channel, Outcome, State

__all__ = ["UNSENT", "Channel", "Heartbeat", "Notice", "NoticeQuerySet", "Outcome", "PushSubscription", "Robot", "State"]
