"""Calls every operation of Step Functions on the endpoint that the first argument names."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
ROLE = "arn:aws:iam::123456789012:role/r"

called = set()


class Client:
    """A client that notes which operations it was asked for."""

    def __init__(self):
        config = Config(
            inject_host_prefix=False,
            parameter_validation=False,
            retries={"total_max_attempts": 1},
        )
        self.sdk = boto3.client(
            "stepfunctions",
            endpoint_url=ENDPOINT,
            region_name="us-east-1",
            aws_access_key_id="k",
            aws_secret_access_key="s",
            config=config,
        )
        self.names = self.sdk.meta.method_to_api_mapping

    def __getattr__(self, method):
        called.add(self.names[method])
        return getattr(self.sdk, method)

    def refused(self, method, code, **params):
        """Makes a call that is refused with this code; returns the message."""
        try:
            answer = getattr(self, method)(**params)
        except ClientError as error:
            told = error.response["Error"]
            assert told["Code"] == code, (method, params, told)
            return told["Message"]
        raise AssertionError((method, params, answer))


def settled(sfn, execution):
    """What is told of an execution once it has ended."""
    while True:
        told = sfn.describe_execution(executionArn=execution)
        if told["status"] != "RUNNING":
            return told


def machine(states, start="A"):
    return json.dumps({"StartAt": start, "States": states})


PASS = machine({"A": {"Type": "Pass", "End": True}})
OTHER = machine({"A": {"Type": "Pass", "Result": 1, "End": True}})


def machines(sfn):
    created = sfn.create_state_machine(
        name="m",
        definition=PASS,
        roleArn=ROLE,
        publish=True,
        versionDescription="first",
        tags=[{"key": "k", "value": "v"}],
    )
    arn, one = created["stateMachineArn"], created["stateMachineVersionArn"]
    assert one == arn + ":1"
    told = sfn.describe_state_machine(stateMachineArn=arn)
    assert told["status"] == "ACTIVE" and told["type"] == "STANDARD"
    assert told["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}
    assert told["encryptionConfiguration"] == {"type": "AWS_OWNED_KEY"}
    updated = sfn.update_state_machine(stateMachineArn=arn, definition=OTHER, publish=True)
    two = updated["stateMachineVersionArn"]
    told = sfn.describe_state_machine(stateMachineArn=arn)
    assert told["revisionId"] == updated["revisionId"]
    assert sfn.describe_state_machine(stateMachineArn=one)["description"] == "first"
    assert [it["name"] for it in sfn.list_state_machines()["stateMachines"]] == ["m"]
    published = sfn.publish_state_machine_version(stateMachineArn=arn)
    assert published["stateMachineVersionArn"] == two
    listed = sfn.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
    assert [it["stateMachineVersionArn"] for it in listed] == [two, one]

    alias = sfn.create_state_machine_alias(
        name="PROD", routingConfiguration=[{"stateMachineVersionArn": one, "weight": 100}]
    )["stateMachineAliasArn"]
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, description="d")
    assert sfn.describe_state_machine_alias(stateMachineAliasArn=alias)["description"] == "d"
    listed = sfn.list_state_machine_aliases(stateMachineArn=arn)["stateMachineAliases"]
    assert [it["stateMachineAliasArn"] for it in listed] == [alias]
    sfn.refused(
        "delete_state_machine_version", "ConflictException", stateMachineVersionArn=one
    )
    executions(sfn, arn, one, alias)
    sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
    sfn.delete_state_machine_version(stateMachineVersionArn=one)

    sfn.tag_resource(resourceArn=arn, tags=[{"key": "l", "value": ""}])
    sfn.untag_resource(resourceArn=arn, tagKeys=["k"])
    tags = sfn.list_tags_for_resource(resourceArn=arn)["tags"]
    assert tags == [{"key": "l", "value": ""}]
    sfn.delete_state_machine(stateMachineArn=arn)
    sfn.refused("describe_state_machine", "StateMachineDoesNotExist", stateMachineArn=arn)


def executions(sfn, arn, version, alias):
    started = sfn.start_execution(stateMachineArn=alias, name="e", input='{"a": 1}')
    execution = started["executionArn"]
    told = settled(sfn, execution)
    assert told["stateMachineAliasArn"] == alias and told["stateMachineVersionArn"] == version
    assert told["output"] == '{"a":1}', told
    of = sfn.describe_state_machine_for_execution(executionArn=execution)
    assert json.loads(of["definition"]) == json.loads(PASS)
    listed = sfn.list_executions(stateMachineArn=alias)["executions"]
    assert [it["executionArn"] for it in listed] == [execution]
    kinds = [
        event["type"]
        for page in sfn.sdk.get_paginator("get_execution_history").paginate(
            executionArn=execution, PaginationConfig={"PageSize": 1}
        )
        for event in page["events"]
    ]
    called.add("GetExecutionHistory")
    assert kinds == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    sfn.refused("redrive_execution", "ExecutionNotRedrivable", executionArn=execution)
    assert sfn.list_map_runs(executionArn=execution)["mapRuns"] == []
    run = arn.replace("stateMachine:m", "mapRun:m/l:0")
    sfn.refused("describe_map_run", "ResourceNotFound", mapRunArn=run)
    sfn.refused("update_map_run", "ResourceNotFound", mapRunArn=run, maxConcurrency=1)
    sfn.refused("start_execution", "ExecutionAlreadyExists", stateMachineArn=arn, name="e")
    sfn.refused(
        "start_sync_execution", "StateMachineTypeNotSupported", stateMachineArn=arn
    )


def activities(sfn):
    activity = sfn.create_activity(name="a")["activityArn"]
    assert sfn.describe_activity(activityArn=activity)["name"] == "a"
    assert [it["name"] for it in sfn.list_activities()["activities"]] == ["a"]
    states = {"A": {"Type": "Task", "Resource": activity, "End": True}}
    arn = sfn.create_state_machine(name="w", definition=machine(states), roleArn=ROLE)[
        "stateMachineArn"
    ]

    def take():
        execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
        task = sfn.get_activity_task(activityArn=activity, workerName="w")
        sfn.send_task_heartbeat(taskToken=task["taskToken"])
        return execution, task["taskToken"]

    execution, token = take()
    sfn.send_task_success(taskToken=token, output="7")
    assert settled(sfn, execution)["output"] == "7"
    sfn.refused("send_task_success", "TaskTimedOut", taskToken=token, output="7")
    execution, token = take()
    sfn.send_task_failure(taskToken=token, error="E", cause="C")
    told = settled(sfn, execution)
    assert (told["status"], told["error"], told["cause"]) == ("FAILED", "E", "C")
    # What has failed goes on where it failed.
    sfn.redrive_execution(executionArn=execution)
    task = sfn.get_activity_task(activityArn=activity)
    sfn.send_task_success(taskToken=task["taskToken"], output="8")
    told = settled(sfn, execution)
    assert (told["status"], told["output"], told["redriveCount"]) == ("SUCCEEDED", "8", 1)
    execution, _ = take()
    sfn.stop_execution(executionArn=execution, error="E")
    assert settled(sfn, execution)["status"] == "ABORTED"
    sfn.delete_activity(activityArn=activity)
    sfn.refused("describe_activity", "ActivityDoesNotExist", activityArn=activity)


def express(sfn):
    states = {"A": {"Type": "Wait", "Seconds": 1, "End": True}}
    arn = sfn.create_state_machine(
        name="x", definition=machine(states), roleArn=ROLE, type="EXPRESS"
    )["stateMachineArn"]
    answer = sfn.start_sync_execution(stateMachineArn=arn, input="[1]")
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", "[1]")
    assert answer["billingDetails"]["billedMemoryUsedInMB"] == 64
    started = sfn.start_execution(stateMachineArn=arn, name="n")
    again = sfn.start_execution(stateMachineArn=arn, name="n")
    assert started["executionArn"] != again["executionArn"]
    sfn.refused("describe_execution", "InvalidArn", executionArn=again["executionArn"])


def definitions(sfn):
    valid = sfn.validate_state_machine_definition(definition=PASS)
    assert (valid["result"], valid["diagnostics"]) == ("OK", [])
    invalid = sfn.validate_state_machine_definition(definition="{}", maxResults=1)
    assert invalid["result"] == "FAIL"


def state(sfn):
    """TestState is served where it is known."""
    try:
        answer = sfn.test_state(
            definition=json.dumps({"Type": "Pass", "End": True}), roleArn=ROLE, input="{}"
        )
        assert answer["status"] == "SUCCEEDED", answer
    except ClientError as error:
        assert error.response["Error"]["Code"] == "UnknownOperationException", error


def main():
    sfn = Client()
    machines(sfn)
    activities(sfn)
    express(sfn)
    definitions(sfn)
    state(sfn)
    missing = set(sfn.names.values()) - called
    assert not missing, missing
    print(f"{len(called)} operations")


main()
