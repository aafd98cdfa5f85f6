#!/usr/bin/env bash
# awscli 1.46.3 with botocore 1.44.8 (PyPI): stepfunctions test-state and start-sync-execution with an
# --endpoint-url of an address.
#
# Expected: the commands go to the endpoint that is given, as start-execution does, which is how local
# engines are reached.
# Actual: both put their service prefix before the host even if that is a number: the host becomes
# `sync-127.0.0.1`, which no resolver knows, so a local engine cannot be asked.
# AWS_DISABLE_HOST_PREFIX_INJECTION=true turns it off; it is not mentioned in the error.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"; kill "$server" 2>/dev/null || true' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet awscli==1.46.3 botocore==1.44.8
cat >"$work/server.py" <<'PY'
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"status": "SUCCEEDED", "output": "{}", "executionArn": "a", "startDate": 1}'
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 "$work/server.py" >"$work/port" &
server=$!
while ! [ -s "$work/port" ]; do sleep 0.1; done
export AWS_ENDPOINT_URL="http://127.0.0.1:$(cat "$work/port")"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
export AWS_MAX_ATTEMPTS=1 AWS_EC2_METADATA_DISABLED=true
aws="$work/venv/bin/aws stepfunctions"
machine=arn:aws:states:us-east-1:123456789012:stateMachine:m
state='{"Type": "Pass", "End": true}'
ask() { # NAME EXPECTED COMMAND...
  local name=$1 expected=$2 said seen=answered
  shift 2
  said=$("$@" 2>&1) || case $said in
    *"http://sync-127.0.0.1:"*) seen=prefixed ;;
    *) seen=failed ;;
  esac
  echo "$name: $seen"
  [ "$seen" = "$expected" ] || { echo "  changed: $said"; changed=1; }
}
changed=0
ask start-execution answered $aws start-execution --state-machine-arn "$machine"
ask test-state prefixed $aws test-state --definition "$state" --input '{}'
ask start-sync-execution prefixed $aws start-sync-execution --state-machine-arn "$machine"
export AWS_DISABLE_HOST_PREFIX_INJECTION=true
ask "test-state without prefix" answered $aws test-state --definition "$state" --input '{}'
exit "$changed"
