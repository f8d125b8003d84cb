"""Keycloak, followed by its admin API: clients with service accounts are actors, users are people.

Admin events say within half a second what has changed; where a realm keeps none, everything is read again and again.
"""
