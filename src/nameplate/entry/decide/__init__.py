"""The deciding process: it owns the index, the journal and the public listener."""
