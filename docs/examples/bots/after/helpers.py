def greeting(name):
    return f"Hello {name}"


def shout(text):
    return text.upper() + "!"
