"""Arrays to Qt polygons without a Python loop."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QPolygonF
from shiboken6 import Shiboken

Floats = npt.NDArray[np.float64]


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Return the points (x, y) as a polygon. Both hold finite numbers."""
    result = QPolygonF()
    if x.size:
        result.resize(x.size)
        # A QPolygonF is an array of pairs of doubles; written in place, it costs no object a point.
        # The stubs know neither that data() is an address here nor that the pointer is a buffer.
        memory: Any = cast(Any, Shiboken.VoidPtr)(result.data(), x.size * 16, True)
        points = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)
        points[:, 0], points[:, 1] = x, y
    return result
