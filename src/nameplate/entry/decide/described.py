"""What the deciding process answers itself, for whoever describes it without running it."""

from nameplate.entry.operations import Operation, described

from .access import Access
from .alarms import AlarmRoutes
from .badges import BadgeRoutes
from .bridges import Bridges
from .certificates import TlsRoutes
from .devices import Devices
from .doors import Doors
from .enrolments import Enrolments
from .feeds import FeedHook
from .health import Health
from .keyring import Keyring
from .local import Local
from .places import PlaceOrders
from .proposals import ProposalRoutes
from .restores import Restores
from .rotations import Rotations
from .searches import Searches
from .signin import SignIn
from .sinks import Sinks
from .sponsors import SponsorRoutes

OPERATIONS: list[Operation] = described(
    Access,
    Searches,
    Doors,
    Enrolments,
    FeedHook,
    Local,
    PlaceOrders,
    AlarmRoutes,
    Restores,
    BadgeRoutes,
    Sinks,
    Bridges,
    SponsorRoutes,
    Keyring,
    Rotations,
    TlsRoutes,
    Health,
    SignIn,
    ProposalRoutes,
    Devices,
)
