"""Where on the earth is a position of WeChat's, whose maps of China are shifted (GCJ-02)?

Maps in China show every point some hundred metres off, by a formula that was never published officially. The form
of it that is in use everywhere is that of the public “eviltransform” project (github.com/googollee/eviltransform): a
polynomial with waves over the distances from 105° E, 35° N, laid onto the Krasovsky ellipsoid. It has no closed
inverse; a few steps towards the fixed point find it to well below a centimetre.
"""

from __future__ import annotations

from math import cos, pi, radians, sin, sqrt

_AXIS = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
"""Krasovsky 1940: the longer half-axis in metres, and the square of the eccentricity."""
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""The box outside of which nothing is shifted."""
_STEPS = 6


def to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """The latitude and longitude that satellites would tell; outside of China the same as given."""
    if not (_SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST):
        return latitude, longitude
    north, east = latitude, longitude
    for _ in range(_STEPS):
        shift_north, shift_east = _shift(north, east)
        north, east = latitude - shift_north, longitude - shift_east
    return north, east


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """By how many degrees a true position is shown too far north and east."""
    x, y = longitude - 105.0, latitude - 35.0
    ripple = _waves(x, (20.0, 6.0), (20.0, 2.0))
    root = sqrt(abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += ripple + _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += ripple + _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    # Metres into degrees, on an ellipsoid.
    bend = 1 - _ECCENTRICITY * sin(radians(latitude)) ** 2
    metres_north = radians(_AXIS * (1 - _ECCENTRICITY) / (bend * sqrt(bend)))
    metres_east = radians(_AXIS / sqrt(bend) * cos(radians(latitude)))
    return north / metres_north, east / metres_east


def _waves(at: float, *waves: tuple[float, float]) -> float:
    return sum(height * sin(at * pi * often) for height, often in waves) * 2.0 / 3.0
