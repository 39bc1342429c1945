"""Triage: a few questions by single keys, and the level they lead to always in sight."""
