# How a linter for Python is asked: the protocol is described in `linter.rs`.

import importlib.metadata
import json
import sys

# What a linter prints is no answer.
answers, sys.stdout = sys.stdout, sys.stderr


def say(line):
    print(json.dumps(line), file=answers, flush=True)


def serve(name, complaints):
    """Answers every line with what `complaints` says about a definition's text."""
    say({"ready": importlib.metadata.version(name)})
    for line in sys.stdin:
        order = json.loads(line)
        if "ping" in order:
            say({"pong": order["ping"]})
            continue
        try:
            answer = {"complaints": complaints(order["definition"], order["workflow"])}
        except Exception as error:
            # What raises has no opinion about the definition: it or its script is broken.
            answer = {"trouble": f"{type(error).__name__}: {error}"}
        say({"execution": order["start"], **answer})
