"""Out to other systems: formats say what a record means to them, sinks carry it there."""
