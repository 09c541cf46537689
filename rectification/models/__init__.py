from rectification.models.look_backs import LookBack
from rectification.models.rules import ReminderRule, RoutingRule
from rectification.models.tasks import Milestone, Task, TaskEvent, TaskPhoto, TaskRequest

__all__ = ["LookBack", "Milestone", "ReminderRule", "RoutingRule", "Task", "TaskEvent", "TaskPhoto", "TaskRequest"]
