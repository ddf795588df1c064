"""What a lead that is scored agreed to, as its fields say: nobody is told to call who wants no calls."""

from __future__ import annotations

import msgspec

from leadrank.decisions.consent import refuses, suggested
from leadrank.project import Project
from leadrank.serving.hot.answer import Answer
from leadrank.serving.hot.leads import Lead


class Consent:
    """Knows the fields that the project names.

    Parameters
    ----------
    project
        Its `[serving] do_not_call` and `do_not_email` are used.
    """

    def __init__(self, project: Project) -> None:
        self._call, self._email = project.serving.do_not_call, project.serving.do_not_email
        self.asked = (self._call or self._email) is not None

    def of(self, answer: Answer, lead: Lead) -> Answer:
        """Put in place of what is suggested what the lead agreed to."""
        call = self._call is not None and refuses(lead.get(self._call))
        email = self._email is not None and refuses(lead.get(self._email))
        if not (call or email):
            return answer
        said = suggested(answer.action, answer.contact, do_not_call=call, do_not_email=email)
        return msgspec.structs.replace(answer, action=said.action, recommendation=said.action, contact=said.contact)
