UNIT = "cm"


def surface(width, height):
    return width * height * SCALE


SCALE = int("100 cm")


def describe(width, height):
    return f"{surface(width, height)} {UNIT}2"
