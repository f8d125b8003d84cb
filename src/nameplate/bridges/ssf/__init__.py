"""Shared signals (OpenID SSF 1.0, CAEP 1.0, RISC 1.0): security event tokens (RFC 8417) heard and told.

Heard by push (RFC 8935) or poll (RFC 8936): `sets` verifies, `events` understands, `subjects` says who is meant,
`mapping` makes notices, `receiver` brings them into force once. Told: `telling` makes events of our records, `signing`
signs them, `streams` keeps who wants which, `delivery` brings them there.
"""
