"""The only place that knows both sides: settings, the catalog of built-ins, and the wiring of each process."""
