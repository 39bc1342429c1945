"""The playbook of the incident in hand: steps by phase, the layers of the diagnosis, examples and the fix."""
