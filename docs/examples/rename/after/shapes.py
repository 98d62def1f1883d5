def surface(width, height):
    return width * height


def describe(width, height):
    return f"{area(width, height)} m2"
