from rectification.models.look_backs import LookBack
from rectification.models.reminders import Reminder
from rectification.models.rules import Clock, Policy, ReminderRule, RoutingRule
from rectification.models.tasks import Milestone, Task, TaskEvent, TaskPhoto, TaskRequest
from rectification.models.visits import LastVisit

__all__ = [
    "Clock",
    "LastVisit",
    "LookBack",
    "Milestone",
    "Policy",
    "Reminder",
    "ReminderRule",
    "RoutingRule",
    "Task",
    "TaskEvent",
    "TaskPhoto",
    "TaskRequest",
]
