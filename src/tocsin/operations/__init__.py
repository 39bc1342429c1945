"""The verbs: each checks, appends to the journal in one transaction and returns what it appended."""
