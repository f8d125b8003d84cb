"""Pure encoders, one format a folder."""
