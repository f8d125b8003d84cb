"""SCIM 2.0 (RFC 7643, 7644): other systems provision people, teams, devices and agents here.

Devices are those of RFC 9944, agents have the shape of draft-wzdk-scim-agent-resource with the extension of
draft-mcguinness-oauth-governed-agent-lifecycle, paging by cursor is that of RFC 9865. The protocol is that of
scim2-models and scim2-server; here are our resource types, what they mean, and what other clients write differently.
"""
