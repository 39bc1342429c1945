"""Alarms as they are heard and seen: the bar over every screen, sounds, the tray, the list of all."""
