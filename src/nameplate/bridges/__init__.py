"""Other systems and their formats: what they say becomes plain values of ours, and the other way round."""
