"""One enforcement point as a process of its own: it parses hostile bytes, some of them in C."""
