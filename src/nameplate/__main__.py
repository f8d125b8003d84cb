"""`python -m nameplate`."""

from nameplate.entry.cli import main

main()
