"""What people and processes start."""

import atexit
import gc

YOUNG_OBJECTS = 100_000

# Nothing of what is imported is garbage: to look for some again and again takes a tenth of a start, and of an end.
gc.set_threshold(YOUNG_OBJECTS, 20, 100)
atexit.register(gc.freeze)
