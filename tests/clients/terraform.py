"""Makes the calls that Terraform's provider for AWS makes for `aws_sfn_state_machine` and
`aws_sfn_alias`: create, then read (describe, versions, tags), update with publish, read again, delete and
read until it is gone. The first argument is the endpoint."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/r"
sfn = boto3.client(
    "stepfunctions",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="k",
    aws_secret_access_key="s",
)


def definition(result):
    state = {"Type": "Pass", "Result": result, "End": True}
    return json.dumps({"StartAt": "A", "States": {"A": state}})


def validated(text):
    answer = sfn.validate_state_machine_definition(definition=text, type="STANDARD")
    assert answer["result"] == "OK", answer


def refresh(arn):
    """What a resource is read from at each refresh."""
    told = sfn.describe_state_machine(stateMachineArn=arn)
    versions = sfn.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
    tags = sfn.list_tags_for_resource(resourceArn=arn)["tags"]
    return told, [it["stateMachineVersionArn"] for it in versions], tags


def refresh_alias(arn, alias):
    told = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
    listed = sfn.list_state_machine_aliases(stateMachineArn=arn)["stateMachineAliases"]
    assert alias in [it["stateMachineAliasArn"] for it in listed]
    return told


def gone(call, code, **params):
    try:
        call(**params)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError(params)


logging = {"includeExecutionData": False, "level": "OFF"}
first, second = definition(1), definition(2)
validated(first)
created = sfn.create_state_machine(
    name="m",
    definition=first,
    roleArn=ROLE,
    type="STANDARD",
    publish=True,
    loggingConfiguration=logging,
    tracingConfiguration={"enabled": False},
    encryptionConfiguration={"type": "AWS_OWNED_KEY"},
    tags=[{"key": "Name", "value": "m"}],
)
arn = created["stateMachineArn"]
version = created["stateMachineVersionArn"]
told, versions, tags = refresh(arn)
# Nothing is to be changed after an apply.
assert told["definition"] == first and told["roleArn"] == ROLE
assert told["loggingConfiguration"] == logging
assert told["tracingConfiguration"] == {"enabled": False}
assert told["encryptionConfiguration"] == {"type": "AWS_OWNED_KEY"}
assert versions == [version] and tags == [{"key": "Name", "value": "m"}]
assert refresh(arn)[0]["creationDate"] == told["creationDate"]

alias = sfn.create_state_machine_alias(
    name="live", routingConfiguration=[{"stateMachineVersionArn": version, "weight": 100}]
)["stateMachineAliasArn"]
route = refresh_alias(arn, alias)["routingConfiguration"]
assert route == [{"stateMachineVersionArn": version, "weight": 100}]

validated(second)
updated = sfn.update_state_machine(
    stateMachineArn=arn,
    definition=second,
    roleArn=ROLE,
    publish=True,
    loggingConfiguration=logging,
    tracingConfiguration={"enabled": False},
    encryptionConfiguration={"type": "AWS_OWNED_KEY"},
)
told, versions, _ = refresh(arn)
# The provider waits until the update shows.
assert told["definition"] == second and told["revisionId"] == updated["revisionId"]
assert versions == [updated["stateMachineVersionArn"], version]
sfn.update_state_machine_alias(
    stateMachineAliasArn=alias,
    routingConfiguration=[
        {"stateMachineVersionArn": version, "weight": 10},
        {"stateMachineVersionArn": updated["stateMachineVersionArn"], "weight": 90},
    ],
)
assert len(refresh_alias(arn, alias)["routingConfiguration"]) == 2

sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
gone(sfn.describe_state_machine_alias, "ResourceNotFound", stateMachineAliasArn=alias)
sfn.delete_state_machine(stateMachineArn=arn)
gone(sfn.describe_state_machine, "StateMachineDoesNotExist", stateMachineArn=arn)
print("applied, refreshed, updated and destroyed")
