"""Measurements, each beside a peer or a floor of this machine in the same run."""
