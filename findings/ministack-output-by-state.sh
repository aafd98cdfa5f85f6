#!/usr/bin/env bash
# MiniStack 1.5.33 (PyPI), its server, boto3 1.43.11 as the client.
#
# Expected: in JSONata, Output is the output of any state that may have it: Pass, Task, Wait, Map, and also
# Parallel, Choice (for Default, and in each rule) and Succeed (States Language specification, "Table of State
# Types and Fields"; AWS was recorded giving the Output of a Choice).
# Actual: Pass and Wait give it; Succeed, Choice and Parallel pass on what they would without it.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "ministack==1.5.33" "boto3==1.43.11"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
GATEWAY_PORT=$port MINISTACK_HOST=127.0.0.1 venv/bin/ministack >server.log 2>&1 &
server=$!
cat >check.py <<'PY'
import json, sys, time
import boto3
from botocore.exceptions import EndpointConnectionError

client = boto3.client("stepfunctions", endpoint_url=f"http://127.0.0.1:{sys.argv[1]}", region_name="us-east-1",
    aws_access_key_id="test", aws_secret_access_key="test")
for _ in range(100):
    try:
        client.list_state_machines()
        break
    except EndpointConnectionError:
        time.sleep(0.1)

SAID = {"said": "{% $states.input.in + 1 %}"}
END = {"Z": {"Type": "Pass", "End": True}}
BRANCH = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}

def output(state, more={}):
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {**state, "Output": SAID}, **more}}
    machine = client.create_state_machine(name=f"m{time.time_ns()}", definition=json.dumps(definition),
        roleArn="arn:aws:iam::123456789012:role/r")["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine, input='{"in": 1}')["executionArn"]
    for _ in range(100):
        seen = client.describe_execution(executionArn=execution)
        if seen["status"] != "RUNNING":
            return json.loads(seen.get("output", "null"))
        time.sleep(0.1)

seen = {
    "Pass": output({"Type": "Pass", "End": True}),
    "Wait": output({"Type": "Wait", "Seconds": 0, "End": True}),
    "Succeed": output({"Type": "Succeed"}),
    "Choice": output({"Type": "Choice", "Choices": [{"Condition": False, "Next": "Z"}], "Default": "Z"}, END),
    "Parallel": output({"Type": "Parallel", "Branches": [BRANCH], "End": True}),
}
for kind, value in seen.items():
    print(kind, json.dumps(value))
given, passed = {"said": 2}, {"in": 1}
same = seen == {"Pass": given, "Wait": given, "Succeed": passed, "Choice": passed, "Parallel": [passed]}
sys.exit(0 if same else 1)
PY
venv/bin/python check.py "$port"
