#!/usr/bin/env bash
# cfn-lint 1.58.0 (PyPI), rule E3601, which checks the definition in an AWS::StepFunctions::StateMachine.
#
# Expected: a mistake in a state inside a Parallel's branch or a Map's processor is told as it is at the top
# of the machine: by E3601, with the state and the field.
# Actual: at the top it is. Inside, where the place of the mistake has a number in it, the rule itself fails:
# E1101 "Exception 'sequence item 3: expected str instance, int found' raised while validating 'cfnLint'",
# at the property, and nothing about the state. In a Map's processor, whose place has no number, it is told.
# So whoever ignores E1101, or reads only the lines of E3601, does not see the mistake.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check cfn-lint==1.58.0
cat >"$work/check.py" <<'PY'
import json, sys
from cfnlint.api import lint
ROLE = "arn:aws:iam::123456789012:role/machine"
WRONG = {"StartAt": "A", "States": {"A": {"Type": "Nope", "End": True}}}
def said(state):
    definition = WRONG if state is None else {"StartAt": "P", "States": {"P": state}}
    machine = {"Type": "AWS::StepFunctions::StateMachine",
               "Properties": {"RoleArn": ROLE, "DefinitionString": json.dumps(definition)}}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}
    found = [it for it in lint(json.dumps(template)) if it.rule.id.startswith("E")]
    return sorted({(it.rule.id, "Exception" in it.message) for it in found})
places = [
    ("at the top", None, [("E3601", False)]),
    ("in a branch", {"Type": "Parallel", "Branches": [WRONG], "End": True}, [("E1101", True)]),
    ("in a processor", {"Type": "Map", "ItemProcessor": WRONG, "End": True}, [("E3601", False)]),
]
changed = 0
for what, state, before in places:
    now = said(state)
    print(f"unknown type {what}: {now}")
    if now != before:
        changed = 1
        print(f"  changed, was {before}")
sys.exit(changed)
PY
"$work/venv/bin/python" "$work/check.py"
