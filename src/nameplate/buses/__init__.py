"""How our own processes speak to one another. Embedded: Unix sockets."""
