"""Uses the other services of the account on the endpoint that the first argument names, and Lambda functions that
this program answers itself on a second endpoint, whose port the second argument names."""

import json
import sys
import threading
import time
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
SERVICES = ["sqs", "sns", "dynamodb", "s3", "events", "lambda"]

called = set()


def session():
    return boto3.session.Session(
        region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )


def config():
    return Config(retries={"total_max_attempts": 1})


class Client:
    """A client that notes which operations it was asked for."""

    def __init__(self, service):
        self.service = service
        self.sdk = session().client(service, endpoint_url=ENDPOINT, config=config())
        self.names = self.sdk.meta.method_to_api_mapping

    def __getattr__(self, method):
        if method == "exceptions":
            return self.sdk.exceptions
        called.add((self.service, self.names[method]))
        return getattr(self.sdk, method)

    def refused(self, method, exception, **params):
        """Makes a call that is refused with this exception; returns the code and the message."""
        try:
            answer = getattr(self, method)(**params)
        except ClientError as error:
            assert type(error).__name__ == exception, (method, params, repr(error))
            told = error.response["Error"]
            return told["Code"], told.get("Message")
        raise AssertionError((method, params, answer))


def arn_of(sqs, url):
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return told["Attributes"]["QueueArn"]


def bodies(sqs, url, **params):
    """The bodies of the messages that a queue has now, which are deleted."""
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **params)
    messages = received.get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


def queues(sqs):
    url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    assert url.startswith(ENDPOINT), url
    assert sqs.get_queue_url(QueueName="q")["QueueUrl"] == url
    assert sqs.list_queues(QueueNamePrefix="q")["QueueUrls"] == [url]
    assert arn_of(sqs, url) == "arn:aws:sqs:us-east-1:123456789012:q"
    attributes = {
        "a": {"DataType": "String", "StringValue": "v"},
        "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sent = sqs.send_message(QueueUrl=url, MessageBody="é", MessageAttributes=attributes)
    received = sqs.receive_message(
        QueueUrl=url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )
    (message,) = received["Messages"]
    assert message["Body"] == "é" and message["MessageId"] == sent["MessageId"]
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"]
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    handle = message["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    assert bodies(sqs, url) == ["é"]
    batch = sqs.send_message_batch(
        QueueUrl=url,
        Entries=[{"Id": str(n), "MessageBody": str(n)} for n in range(3)],
    )
    assert [it["Id"] for it in batch["Successful"]] == ["0", "1", "2"]
    assert bodies(sqs, url) == ["0", "1", "2"]
    # Who waits is told of a message that comes later, and of none in the end.
    later = threading.Timer(0.3, lambda: sqs.send_message(QueueUrl=url, MessageBody="late"))
    later.start()
    assert bodies(sqs, url, WaitTimeSeconds=20) == ["late"]
    later.join()
    begun = time.monotonic()
    assert bodies(sqs, url, WaitTimeSeconds=1) == []
    assert time.monotonic() - begun >= 1
    sqs.send_message(QueueUrl=url, MessageBody="gone")
    sqs.purge_queue(QueueUrl=url)
    assert bodies(sqs, url) == []
    fifo = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    once = {"QueueUrl": fifo, "MessageBody": "m", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    assert sqs.send_message(**once)["SequenceNumber"] == sqs.send_message(**once)["SequenceNumber"]
    assert bodies(sqs, fifo) == ["m"]
    sqs.delete_queue(QueueUrl=fifo)
    sqs.delete_queue(QueueUrl=url)
    code, _ = sqs.refused("get_queue_url", "QueueDoesNotExist", QueueName="q")
    assert code == "AWS.SimpleQueueService.NonExistentQueue"
    sqs.refused("send_message", "QueueDoesNotExist", QueueUrl=url, MessageBody="m")
    code, _ = sqs.refused("create_queue", "ClientError", QueueName="a b")
    assert code == "InvalidParameterValue"


def topics(sns, sqs):
    topic = sns.create_topic(Name="t", Attributes={"DisplayName": "T"})["TopicArn"]
    assert {"TopicArn": topic} in sns.list_topics()["Topics"]
    raw, whole = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("raw", "whole"))
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn_of(sqs, raw),
        Attributes={"RawMessageDelivery": "true", "FilterPolicy": '{"k": ["v"]}'},
    )
    subscribed = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(sqs, whole))
    sns.publish(TopicArn=topic, Message="filtered")
    attributes = {"k": {"DataType": "String", "StringValue": "v"}}
    text = "a & b < c + d\u00e9"
    published = sns.publish(TopicArn=topic, Message=text, Subject="s", MessageAttributes=attributes)
    assert bodies(sqs, raw) == [text]
    told = [json.loads(body) for body in bodies(sqs, whole)]
    assert [it["Message"] for it in told] == ["filtered", text]
    assert told[1]["MessageId"] == published["MessageId"] and told[1]["Subject"] == "s"
    assert told[1]["MessageAttributes"] == {"k": {"Type": "String", "Value": "v"}}
    sns.unsubscribe(SubscriptionArn=subscribed["SubscriptionArn"])
    sns.publish(TopicArn=topic, Message="m")
    assert bodies(sqs, whole) == []
    sns.delete_topic(TopicArn=topic)
    code, message = sns.refused("publish", "NotFoundException", TopicArn=topic, Message="m")
    assert (code, message) == ("NotFound", "Topic does not exist")
    sns.refused("create_topic", "InvalidParameterException", Name="a b")


def tables(dynamodb):
    described = dynamodb.create_table(
        TableName="tab",
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    assert described["TableDescription"]["TableName"] == "tab"
    dynamodb.sdk.get_waiter("table_exists").wait(TableName="tab")
    assert dynamodb.describe_table(TableName="tab")["Table"]["TableStatus"] == "ACTIVE"
    assert dynamodb.list_tables()["TableNames"] == ["tab"]
    key = {"id": {"S": "1"}, "at": {"N": "2"}}
    item = {**key, "b": {"B": b"\x00\xff"}, "l": {"L": [{"BOOL": True}, {"NULL": True}]}}
    absent = "attribute_not_exists(id)"
    dynamodb.put_item(TableName="tab", Item=item, ConditionExpression=absent)
    assert dynamodb.get_item(TableName="tab", Key=key)["Item"] == item
    code, message = dynamodb.refused(
        "put_item",
        "ConditionalCheckFailedException",
        TableName="tab",
        Item=item,
        ConditionExpression=absent,
    )
    assert message == "The conditional request failed", message
    updated = dynamodb.update_item(
        TableName="tab",
        Key=key,
        UpdateExpression="SET #c = if_not_exists(#c, :zero) + :one REMOVE b",
        ExpressionAttributeNames={"#c": "count"},
        ExpressionAttributeValues={":zero": {"N": "0"}, ":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
        ReturnConsumedCapacity="TOTAL",
    )
    assert updated["Attributes"]["count"] == {"N": "1"} and "b" not in updated["Attributes"]
    assert updated["ConsumedCapacity"] == {"TableName": "tab", "CapacityUnits": 1.0}
    deleted = dynamodb.delete_item(TableName="tab", Key=key, ReturnValues="ALL_OLD")
    assert deleted["Attributes"] == updated["Attributes"]
    assert "Item" not in dynamodb.get_item(TableName="tab", Key=key)
    # The resource writes conditions and values in its own way.
    table = session().resource("dynamodb", endpoint_url=ENDPOINT, config=config()).Table("tab")
    table.put_item(Item={"id": "1", "at": Decimal(3), "tags": {"x", "y"}})
    assert table.get_item(Key={"id": "1", "at": 3})["Item"]["tags"] == {"x", "y"}
    code, message = dynamodb.refused(
        "update_item",
        "ClientError",
        TableName="tab",
        Key=key,
        UpdateExpression="SET name = :v",
        ExpressionAttributeValues={":v": {"S": "x"}},
    )
    assert code == "ValidationException" and "reserved keyword: name" in message
    dynamodb.delete_table(TableName="tab")
    dynamodb.refused("describe_table", "ResourceNotFoundException", TableName="tab")
    dynamodb.refused("get_item", "ResourceNotFoundException", TableName="tab", Key=key)


def objects(s3):
    s3.create_bucket(Bucket="some-bucket")
    s3.head_bucket(Bucket="some-bucket")
    content = bytes(range(256)) * 8
    key = "a folder/ä+b&c%41.bin"
    put = s3.put_object(
        Bucket="some-bucket",
        Key=key,
        Body=content,
        ContentType="application/x-test",
        Metadata={"k": "v"},
    )
    got = s3.get_object(Bucket="some-bucket", Key=key)
    assert got["Body"].read() == content and got["ETag"] == put["ETag"]
    assert got["ContentType"] == "application/x-test" and got["Metadata"] == {"k": "v"}
    part = s3.get_object(Bucket="some-bucket", Key=key, Range="bytes=1-3")
    assert part["Body"].read() == content[1:4]
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    head = s3.head_object(Bucket="some-bucket", Key=key)
    assert head["ContentLength"] == len(content) and head["LastModified"] == got["LastModified"]
    for n in range(3):
        s3.put_object(Bucket="some-bucket", Key=f"n/{n}", Body=str(n))
    listed = s3.list_objects_v2(Bucket="some-bucket", Delimiter="/")
    assert [it["Prefix"] for it in listed["CommonPrefixes"]] == ["a folder/", "n/"]
    assert "Contents" not in listed
    pages = s3.sdk.get_paginator("list_objects_v2").paginate(
        Bucket="some-bucket", PaginationConfig={"PageSize": 2}
    )
    keys = [it["Key"] for page in pages for it in page["Contents"]]
    assert keys == [key, "n/0", "n/1", "n/2"], keys
    s3.refused("get_object", "NoSuchKey", Bucket="some-bucket", Key="none")
    s3.refused("get_object", "NoSuchBucket", Bucket="no-bucket", Key="none")
    code, _ = s3.refused("head_object", "ClientError", Bucket="some-bucket", Key="none")
    assert code == "404"
    code, _ = s3.refused("delete_bucket", "ClientError", Bucket="some-bucket")
    assert code == "BucketNotEmpty"
    code, _ = s3.refused("create_bucket", "ClientError", Bucket="Some_Bucket")
    assert code == "InvalidBucketName"
    for key in keys:
        s3.delete_object(Bucket="some-bucket", Key=key)
    s3.delete_bucket(Bucket="some-bucket")


def events(events, sqs):
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    pattern = {"source": ["shop"], "detail": {"n": [{"numeric": [">", 1]}]}}
    events.put_rule(Name="r", EventPattern=json.dumps(pattern))
    put = events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": arn_of(sqs, url)}])
    assert put["FailedEntryCount"] == 0
    entries = [
        {"Source": "shop", "DetailType": "d", "Detail": json.dumps({"n": n})} for n in (1, 2)
    ]
    answer = events.put_events(Entries=entries + [{"Source": "shop", "DetailType": "d"}])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][2]["ErrorCode"] == "InvalidArgument"
    (told,) = (json.loads(body) for body in bodies(sqs, url))
    assert told["detail"] == {"n": 2} and told["id"] == answer["Entries"][1]["EventId"]
    code, _ = events.refused("delete_rule", "ClientError", Name="r")
    assert code == "ValidationException"
    events.remove_targets(Rule="r", Ids=["t"])
    events.delete_rule(Name="r")
    events.refused("put_targets", "ResourceNotFoundException", Rule="r", Targets=[{"Id": "t", "Arn": "arn:aws:sqs:a:b:c"}])
    events.refused("put_rule", "InvalidEventPatternException", Name="r", EventPattern="x")


class Runtime(BaseHTTPRequestHandler):
    """Answers invocations of functions: with their payload and name, or an error for those that fail."""

    def do_POST(self):
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = self.path.split("/")[3]
        self.send_response(200)
        if name == "fails":
            self.send_header("X-Amz-Function-Error", "Unhandled")
            answer = {"errorType": "E", "errorMessage": "m"}
        else:
            answer = {"name": name, "payload": payload}
        text = json.dumps(answer).encode()
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def functions(functions):
    for name in ("works", "fails"):
        created = functions.create_function(
            FunctionName=name,
            Role="arn:aws:iam::123456789012:role/r",
            Runtime="python3.13",
            Handler="a.b",
            Code={"ZipFile": b"zip"},
        )
        assert created["State"] == "Active"
        told = functions.get_function(FunctionName=created["FunctionArn"])
        assert told["Configuration"]["FunctionName"] == name
    # Until somebody is there, nobody answers.
    code, message = functions.refused("invoke", "ClientError", FunctionName="works", Payload="{}")
    assert code == "NobodyAnswersException" and "function:works" in message, (code, message)
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Runtime)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    answer = functions.invoke(FunctionName="works", Payload=json.dumps({"x": "é"}))
    assert json.load(answer["Payload"]) == {"name": "works", "payload": {"x": "é"}}
    assert answer["StatusCode"] == 200 and "FunctionError" not in answer
    answer = functions.invoke(FunctionName="fails")
    assert json.load(answer["Payload"])["errorType"] == "E"
    assert answer["FunctionError"] == "Unhandled"
    answer = functions.invoke(FunctionName="works", InvocationType="Event", Payload="1")
    assert answer["StatusCode"] == 202
    server.shutdown()
    for name in ("works", "fails"):
        functions.delete_function(FunctionName=name)
    functions.refused("get_function", "ResourceNotFoundException", FunctionName="works")
    functions.refused("invoke", "ResourceNotFoundException", FunctionName="works")


clients = {service: Client(service) for service in SERVICES}
queues(clients["sqs"])
topics(clients["sns"], clients["sqs"])
tables(clients["dynamodb"])
objects(clients["s3"])
events(clients["events"], clients["sqs"])
functions(clients["lambda"])
code, message = clients["sqs"].refused("list_dead_letter_source_queues", "ClientError", QueueUrl="q")
assert code == "UnknownOperationException" and "not modelled" in message, (code, message)
code, _ = clients["s3"].refused("list_buckets", "ClientError")
assert code == "NotImplemented", code
called -= {("sqs", "ListDeadLetterSourceQueues"), ("s3", "ListBuckets")}
print(f"{len(called)} operations")
