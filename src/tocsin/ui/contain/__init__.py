"""The screen "Contain": ways to contain, what was pulled, the change freeze, the blast radius."""
