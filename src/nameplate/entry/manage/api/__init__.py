"""The management API (HTTP). Reached through the deciding process, which says who calls."""
