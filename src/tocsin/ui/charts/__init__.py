"""Charts: strips over one time axis, and the small curves of the wall."""
