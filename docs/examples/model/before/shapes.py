UNIT = "m"


def area(width, height):
    return width * height


def describe(width, height):
    return f"{area(width, height)} {UNIT}"
