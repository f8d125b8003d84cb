"""Who calls. The deciding process sets the header and takes away any that came from outside."""

import os
from typing import Annotated

from fastapi import Depends, Header

from nameplate.domain.errors import Refused

CALLER_HEADER = "x-nameplate-caller"


def local_caller(caller: Annotated[str, Header(alias=CALLER_HEADER, include_in_schema=False)] = "anonymous") -> str:
    """`uid:N` of a caller on the control socket; raises Refused for everybody else."""
    if caller not in {"uid:0", f"uid:{os.geteuid()}"}:
        raise Refused(
            "forbidden", f"{caller} may not do this.", "Run the CLI on the server, as the user of the server."
        )
    return caller


LocalCaller = Annotated[str, Depends(local_caller)]
