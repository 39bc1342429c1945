"""The review form of spot checks."""
