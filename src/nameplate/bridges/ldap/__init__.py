"""Directories over LDAP: OpenLDAP by content synchronization (RFC 4533), Active Directory by its change numbers.

`wire` and `syncrepl` are bytes <-> messages, `mapping` is pure, `connection` is the only I/O, `follower` the course.
"""
