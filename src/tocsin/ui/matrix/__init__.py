"""Severity x escalation as a screen: what each level owes whom, and where the open incidents stand."""
