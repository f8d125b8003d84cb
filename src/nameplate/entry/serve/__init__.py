"""The supervisor: it starts the processes, starts again what dies, and takes all of them along when it ends."""
