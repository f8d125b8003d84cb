"""The pages around signing in: passkeys, the first owner, a terminal's code, approvals."""
