
# cfn-lint, which reads definitions in CloudFormation templates. Its errors about the definition count;
# its warnings, and what it says about the template around it, do not.
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
    """A path in the definition as a location: /States/A/Retry[0]."""
    return "".join(f"[{it}]" if isinstance(it, int) else f"/{it}" for it in path)


def is_broken(match):
    """Whether cfn-lint says that it could not read the template (E0000, E0001), or that one of its own
    rules raised: E0002, or any rule with this message."""
    return match.rule.id.startswith("E00") or (
        match.message.startswith("Exception ") and " raised while validating " in match.message
    )


def complaints(text, workflow):
    properties = {"RoleArn": ROLE, "DefinitionString": text, "StateMachineType": workflow}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}
    found, broken = [], []
    for match in lint(json.dumps(template), rules=rules()):
        path = list(match.path or [])
        if is_broken(match):
            broken.append(f"{match.rule.id} {match.message}")
        elif match.rule.id.startswith("E") and path[: len(FIELD)] == FIELD:
            message = match.message.rsplit(" at ", 1)[0]
            at = location(path[len(FIELD) :])
            found.append({"rule": f"{match.rule.id} {message}", "message": message, "at": at})
    # Beside a complaint of another rule, a broken one changes nothing.
    if broken and not found:
        raise RuntimeError(broken[0])
    return found


serve("cfn-lint", complaints)
