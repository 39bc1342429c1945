"""The screen of live sources: how each of them goes, and what is needed to add, try and remove one."""
