"""How small a chance is, in as few figures as tell it."""

from tocsin.ui.times import MINUS


def chance(p: float) -> str:
    """Return a p- or q-value: 0.41, 4e−13, – where none was computed."""
    if p != p:
        return "–"
    if p < 1e-99:
        return f"< 1e{MINUS}99"
    return f"{p:.0e}".replace("-", MINUS) if p < 1e-3 else f"{p:.2g}"
