"""Who calls. The deciding process sets the header and takes away any that came from outside."""

import os
from typing import Annotated

from fastapi import Depends, Header

from nameplate.domain.errors import Refused

CALLER_HEADER = "x-nameplate-caller"
PERSON = "person:"


def local_caller(caller: Annotated[str, Header(alias=CALLER_HEADER, include_in_schema=False)] = "anonymous") -> str:
    """Who may administer, as it goes on record: `uid:N`, or the persons by whose will it happens.

    What exactly they may has been looked at before anything was passed on. Raises Refused for everybody else.
    """
    persons = caller.split(",")
    if caller not in {"uid:0", f"uid:{os.geteuid()}"} and not all(each.startswith(PERSON) for each in persons):
        raise Refused("forbidden", f"{caller} may not do this.", "Sign in, or run the CLI on the server.")
    return caller


def signed_in(caller: Annotated[str, Header(alias=CALLER_HEADER, include_in_schema=False)] = "anonymous") -> str:
    """The id of the one person who calls, empty for everybody else."""
    return caller.removeprefix(PERSON) if caller.startswith(PERSON) and "," not in caller else ""


LocalCaller = Annotated[str, Depends(local_caller)]
SignedIn = Annotated[str, Depends(signed_in)]
