import json


def on_message(text):
    return reply(text)


def reply(text):
    return {"text": text}
