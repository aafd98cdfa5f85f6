
# cfn-lint, which reads definitions in CloudFormation templates. Its errors count, its warnings do not.
import functools

from cfnlint.api import lint
from cfnlint.core import get_rules

FIELD = ["Resources", "Machine", "Properties", "DefinitionString"]
ROLE = "arn:aws:iam::123456789012:role/machine"


# Loading the rules takes a hundred times as long as linting a template.
@functools.cache
def rules():
    return get_rules([], [], [], {}, False, [])


def location(path):
    """A path in the template as a location: /States/A/Retry[0]."""
    inside = path[len(FIELD) :] if path[: len(FIELD)] == FIELD else []
    return "".join(f"[{it}]" if isinstance(it, int) else f"/{it}" for it in inside)


def complaints(text, workflow):
    properties = {"RoleArn": ROLE, "DefinitionString": text, "StateMachineType": workflow}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}
    found = []
    for match in lint(json.dumps(template), rules=rules()):
        if match.rule.id.startswith("E"):
            message = match.message.rsplit(" at ", 1)[0]
            at = location(match.path or [])
            found.append({"rule": f"{match.rule.id} {message}", "message": message, "at": at})
    return found


serve("cfn-lint", complaints)
