"""The rule packs of `resources/policies`: load, check with file, key and reason, freeze."""
