"""Tocsin, an incident command console for AI systems. ARCHITECTURE.md beside this file is the map."""

__version__ = "0.1.0"
