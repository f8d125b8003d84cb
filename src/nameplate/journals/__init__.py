"""The durable record, one adapter a folder."""
