"""Plain facts and rules: no file, no SQL, no Qt, no clock."""
