"""The OCSF 1.8.0 classes and activities in use. Names are the schema's captions."""

from typing import NamedTuple

from nameplate.domain.findings import Severity

OTHER = 99


class EventClass(NamedTuple):
    """A class of the schema. `slug` is its name in lower case, `activities` maps ids to captions."""

    uid: int
    slug: str
    name: str
    category_uid: int
    category: str
    activities: dict[int, str]


class Activity(NamedTuple):
    """What happened, as a class calls it. `name` is our own word where `uid` is 99."""

    event_class: EventClass
    uid: int
    name: str

    @property
    def type_uid(self) -> int:
        """OCSF event type: class and activity in one number."""
        return self.event_class.uid * 100 + self.uid


IAM = (3, "Identity & Access Management")
APPLICATION = (6, "Application Activity")

BASE_EVENT = EventClass(0, "base_event", "Base Event", 0, "Uncategorized", {})
EVENT_LOG = EventClass(1008, "event_log_activity", "Event Log Activity", 1, "System Activity", {})
FINDING = EventClass(
    2004, "detection_finding", "Detection Finding", 2, "Findings", {1: "Create", 2: "Update", 3: "Close"}
)
SESSION = EventClass(3003, "authorize_session", "Authorize Session", *IAM, {1: "Assign Privileges"})
ENTITY = EventClass(
    3004,
    "entity_management",
    "Entity Management",
    *IAM,
    {
        1: "Create",
        3: "Update",
        4: "Delete",
        6: "Enroll",
        7: "Unenroll",
        9: "Disable",
        10: "Activate",
        11: "Deactivate",
        12: "Suspend",
    },
)
AUTHENTICATION = EventClass(3002, "authentication", "Authentication", *IAM, {1: "Logon", 2: "Logoff"})
ACCESS = EventClass(3005, "user_access", "User Access Management", *IAM, {2: "Revoke Privileges"})
LIFECYCLE = EventClass(6002, "application_lifecycle", "Application Lifecycle", *APPLICATION, {3: "Start", 4: "Stop"})
API = EventClass(6003, "api_activity", "API Activity", *APPLICATION, {1: "Create", 2: "Read", 3: "Update", 4: "Delete"})
ALL = (BASE_EVENT, EVENT_LOG, FINDING, AUTHENTICATION, SESSION, ENTITY, ACCESS, LIFECYCLE, API)

SEVERITIES = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}


def known(event_class: EventClass, uid: int) -> Activity:
    """An activity that the schema names."""
    return Activity(event_class, uid, event_class.activities[uid])


def other(event_class: EventClass, name: str) -> Activity:
    """An activity that the schema does not name."""
    return Activity(event_class, OTHER, name)
