"""What may take away a permit that a contract gives: the rules beyond contracts, the leases of bridges."""

from typing import Protocol

from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Verdict


class Review(Protocol):
    """Looks at permits only, and gives none."""

    def review(self, verdict: Verdict, request: AccessRequest) -> Verdict:
        """The verdict, or a refusal."""
        ...
