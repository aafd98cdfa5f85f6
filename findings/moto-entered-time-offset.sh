#!/usr/bin/env bash
# moto 5.2.5 (PyPI), `moto_server` with its interpreter of state machines, boto3 as the client.
#
# Expected: a Wait whose TimestampPath is `$$.State.EnteredTime` waits until the moment at which it was
# entered, which has passed: the execution succeeds at once.
# Actual: moto writes EnteredTime with a numeric offset (`+00:00` in place of `Z`), its own check of
# timestamps does not take one, and the execution fails.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "moto[server,stepfunctions]==5.2.5" boto3
cat >check.py <<'PY'
import json, os, sys, time
os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")
os.environ["MOTO_ALLOW_NONEXISTENT_REGION"] = "true"
import boto3
from moto.server import ThreadedMotoServer
from moto.core.config import default_user_config
default_user_config["stepfunctions"] = {"execute_state_machine": True}
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
host, port = server.get_host_and_port()
client = boto3.client("stepfunctions", endpoint_url=f"http://{host}:{port}")

def run(states):
    definition = json.dumps({"StartAt": "A", "States": states})
    machine = client.create_state_machine(
        name=f"m{time.time_ns()}", definition=definition,
        roleArn="arn:aws:iam::123456789012:role/r")["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
    for _ in range(100):
        seen = client.describe_execution(executionArn=execution)
        if seen["status"] != "RUNNING":
            return seen
        time.sleep(0.1)
    return seen

entered = run({"A": {"Type": "Pass", "Parameters": {"at.$": "$$.State.EnteredTime"}, "End": True}})
at = json.loads(entered["output"])["at"]
wait = run({"A": {"Type": "Wait", "TimestampPath": "$$.State.EnteredTime", "End": True}})
print("EnteredTime ends in", at[-6:], "and the Wait", wait["status"])
print(wait.get("error"), wait.get("cause"))
server.stop()
sys.exit(0 if at.endswith("+00:00") and wait["status"] == "FAILED" else 1)
PY
venv/bin/python check.py
