"""The command screen: one incident, its clocks, signals, next actions, timeline and running log."""
