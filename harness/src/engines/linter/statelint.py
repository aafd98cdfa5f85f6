
# statelint, the Python port of awslabs/statelint.
import re

from statelint.linter import Linter

# Where a problem is: State Machine.States.A.Retry[0].
WHERE = re.compile(r',? ?(?:at |in |referenced at )?"?State Machine(?P<at>[^\s":]*)"?')


def complaint(problem):
    where = WHERE.search(problem)
    message = WHERE.sub("", problem, count=1).strip() if where else problem
    at = where["at"].replace(".", "/") if where else ""
    return {"rule": message, "message": message, "at": at}


serve("statelint", lambda text, _: [complaint(it) for it in Linter.validate(text)])
