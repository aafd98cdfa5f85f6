#!/usr/bin/env bash
# cfn-lint 1.58.0 (PyPI), rule E3601, which checks the definition in an AWS::StepFunctions::StateMachine.
#
# Expected: a Succeed may have InputPath and OutputPath, and a Parallel Parameters (States Language
# specification, "Table of State Types and Fields"). A Next must name a state, and every state must be
# reachable: CreateStateMachine refuses the rest.
# Actual: those fields are refused as additional properties. A Next to nowhere and a state to which
# nothing leads are accepted; only StartAt is looked up.
# So a template that passes may not deploy, and one that deploys may not pass.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check cfn-lint==1.58.0
cat >"$work/check.py" <<'PY'
import json, sys
from cfnlint.api import lint
ROLE = "arn:aws:iam::123456789012:role/machine"
BRANCH = {"StartAt": "C", "States": {"C": {"Type": "Succeed"}}}
def accepts(states, start="A"):
    definition = json.dumps({"StartAt": start, "States": states})
    machine = {"Type": "AWS::StepFunctions::StateMachine",
               "Properties": {"RoleArn": ROLE, "DefinitionString": definition}}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}
    return not any(it.rule.id.startswith("E") for it in lint(json.dumps(template)))
parallel = {"Type": "Parallel", "Branches": [BRANCH], "End": True}
seen = [
    ("Succeed", accepts({"A": {"Type": "Succeed"}}), True),
    ("Succeed with InputPath", accepts({"A": {"Type": "Succeed", "InputPath": "$.a"}}), False),
    ("Succeed with OutputPath", accepts({"A": {"Type": "Succeed", "OutputPath": "$.a"}}), False),
    ("Parallel", accepts({"A": parallel}), True),
    ("Parallel with Parameters", accepts({"A": {**parallel, "Parameters": {"x": 1}}}), False),
    ("StartAt to nowhere", accepts({"A": {"Type": "Succeed"}}, start="B"), False),
    ("Next to nowhere", accepts({"A": {"Type": "Pass", "Next": "B"}}), True),
    ("unreachable state", accepts({"A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}), True),
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
