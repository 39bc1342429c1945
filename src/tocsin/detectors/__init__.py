"""One file a family of detectors: arrays in, findings out; no clock, no store."""
