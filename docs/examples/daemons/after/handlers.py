import json


def on_message(text):
    return reply(text, short=True)


LIMITS = json.load(open("limits.json"))


def reply(text, short):
    return {"text": text[: LIMITS["short"]] if short else text}
