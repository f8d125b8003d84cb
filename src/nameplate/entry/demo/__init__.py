"""A site of the project's own, with everything real but the hardware."""
