"""Every write of imports."""

from regulars.imports.services.advancing import advance
from regulars.imports.services.arrivals import take_file
from regulars.imports.services.forgetting import forget, remove_left_over
from regulars.imports.services.jobs import wake
from regulars.imports.services.steps import check, choose_mapping, resume, start, stop, undo
from regulars.imports.services.undoing import plan_undo
from regulars.imports.services.watching import check_watch, delete_watch, look, save_watch, wake_due

__all__ = [
    "advance",
    "check",
    "check_watch",
    "choose_mapping",
    "delete_watch",
    "forget",
    "look",
    "plan_undo",
    "remove_left_over",
    "resume",
    "save_watch",
    "start",
    "stop",
    "take_file",
    "undo",
    "wake",
    "wake_due",
]
