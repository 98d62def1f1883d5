"""Expands what CI services are given, as they do it, and prints it as JSON.

    expand.py action FILE CONTEXT     the steps of a composite action
    expand.py gitlab FILE INPUTS      the jobs of a component

CONTEXT is a JSON object of the values of expressions such as `inputs.paths`; an input that is not
in it has its default. Only what is used is known: anything else is an error.
"""

import json
import re
import sys

from ruamel.yaml import YAML


def expand(value, replace):
    """Replaces in every text of a tree."""
    if isinstance(value, dict):
        return {key: expand(inner, replace) for key, inner in value.items()}
    if isinstance(value, list):
        return [expand(inner, replace) for inner in value]
    return replace(value) if isinstance(value, str) else value


def action(documents, context):
    (document,) = documents
    inputs = {f"inputs.{name}": given["default"] for name, given in document["inputs"].items()}
    unknown = [name for name in context if name.startswith("inputs.") and name not in inputs]
    assert not unknown, unknown
    context = {**inputs, **context}
    for step in document["runs"]["steps"]:
        # What a script gets pasted into it would be executed.
        assert "${{" not in step.get("run", ""), step
        if "run" in step:
            yield expand(
                step, lambda text: re.sub(r"\$\{\{ (\S+) \}\}", lambda m: context[m[1]], text)
            )


def gitlab(documents, given):
    header, jobs = documents
    inputs = {name: spec["default"] for name, spec in header["spec"]["inputs"].items()}
    assert not given.keys() - inputs.keys(), given
    inputs.update(given)
    return expand(jobs, lambda text: re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda m: inputs[m[1]], text))


kind, path, given = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    documents = list(YAML(typ="safe").load_all(file))
result = {"action": action, "gitlab": gitlab}[kind](documents, json.loads(given))
print(json.dumps(result if isinstance(result, dict) else list(result)))
