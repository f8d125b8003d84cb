"""The command line: `nameplate NOUN VERB`. Data goes to stdout, words for people to stderr, `--json` everywhere."""

from .app import app, main

__all__ = ["app", "main"]
