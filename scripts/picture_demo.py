"""Take the picture of the demonstration that the README shows: `.venv/bin/python scripts/picture_demo.py`.

A real run, twelve seconds in, when everything that is to be seen has happened.
"""

import asyncio
import io
import re
import time
from pathlib import Path

from rich.console import Console

from nameplate.entry.demo.fleet import FLEET
from nameplate.entry.demo.live import moment
from nameplate.entry.demo.run import run_with
from nameplate.entry.demo.stage import Stage
from nameplate.entry.demo.view import View

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "demo.svg"
COLUMNS, ROWS = 110, 34
AT_S, SECONDS = 12.0, 13.0


async def take(stage: Stage) -> None:
    """Wait for the moment and draw it."""
    began = time.monotonic()
    await asyncio.sleep(AT_S)
    now = moment(stage, time.monotonic() - began, SECONDS)
    paper = Console(record=True, width=COLUMNS, height=ROWS, file=io.StringIO(), force_terminal=True)
    paper.print(View(stage.floor, FLEET).render(now, COLUMNS, ROWS))
    svg = paper.export_svg(title="make demo", unique_id="demo")
    # The fonts that rich names come from other people's servers: the reader's own will do.
    PICTURE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    run_with(SECONDS, take)
