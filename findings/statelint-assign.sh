#!/usr/bin/env bash
# statelint 3.1.0 (PyPI), a port of AWS's linter of that name.
#
# Expected: Assign is a field of every state but Succeed and Fail, in JSONPath machines too (AWS
# Developer Guide, "Passing data between states with variables"; the language has had it since 2024).
# Actual: in a JSONPath machine every Assign is refused as a field that is not allowed; in a JSONata
# machine it is accepted. Whoever checks machines with variables has to leave JSONPath.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check statelint==3.1.0
cat >"$work/check.py" <<'PY'
import sys
from statelint.linter import Linter
WORK = "arn:aws:states:us-east-1:123456789012:activity:work"
MACHINE = {"StartAt": "A", "States": {"B": {"Type": "Succeed"}}}
def accepts(state, **machine):
    states = {"A": state, **MACHINE["States"]}
    return not Linter.validate({**MACHINE, "States": states, **machine})
choice = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "B"}]}
seen = [
    ("Pass", accepts({"Type": "Pass", "Next": "B"}), True),
    ("Pass with Assign", accepts({"Type": "Pass", "Assign": {"x": 1}, "Next": "B"}), False),
    ("Task with Assign",
     accepts({"Type": "Task", "Resource": WORK, "Assign": {"x.$": "$"}, "Next": "B"}), False),
    ("Choice with Assign", accepts({**choice, "Assign": {"x": 1}, "Default": "B"}), False),
    ("JSONata Pass with Assign",
     accepts({"Type": "Pass", "Assign": {"x": 1}, "Next": "B"}, QueryLanguage="JSONata"), True),
]
changed = 0
for what, now, before in seen:
    print(f"{what}: {'accepted' if now else 'refused'}")
    if now != before:
        changed = 1
        print("  changed")
sys.exit(changed)
PY
"$work/venv/bin/python" "$work/check.py"
