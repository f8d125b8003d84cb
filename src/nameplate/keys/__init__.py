"""Where private keys and secrets live, one adapter a folder."""
