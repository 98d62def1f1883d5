"""Shapes, as they have just been saved: `area` is `surface` now, in all places but one."""

UNITS = {"m": 1.0, "cm": 0.01}


def surface(width, height, unit):
    return width * height * UNITS[unit] ** 2


def parse_limits(text):
    return dict(part.split("=") for part in text.split(";"))


LIMITS = parse_limits("width=10;height=5")


def describe(width, height):
    return f"{area(width, height):.2f} m2, at most {LIMITS['width']} m wide"


DEFAULT = describe(2, 3)
