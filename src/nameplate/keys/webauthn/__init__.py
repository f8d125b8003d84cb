"""Passkeys, by py_webauthn. It is loaded when the first person comes: a server without people carries none of it."""

from .ceremony import WebauthnCeremony

__all__ = ["WebauthnCeremony"]
