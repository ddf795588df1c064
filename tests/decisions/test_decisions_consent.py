"""What a lead did not agree to is not suggested."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrank.decisions import consented, refuses

flag = st.booleans()


@given(st.text(), flag)
def test_without_flags_the_action_stays(action, contact):
    found = consented(action, contact)
    assert (found.action, found.contact) == (action, contact)


@given(st.text(), flag, flag)
def test_no_call_is_suggested_to_a_lead_that_wants_none(action, contact, do_not_email):
    found = consented("CALL " + action, contact, do_not_call=True, do_not_email=do_not_email)
    assert "CALL" not in found.action
    assert found.action.startswith(("Do not call:", "Do not contact:"))


@given(st.text(), flag, flag)
def test_no_email_is_suggested_to_a_lead_that_wants_none(action, contact, do_not_call):
    found = consented("E-MAIL " + action, contact, do_not_call=do_not_call, do_not_email=True)
    assert "E-MAIL" not in found.action
    assert "no e-mail" in found.action or "neither" in found.action


@given(st.text(), flag)
def test_a_lead_that_wants_neither_is_not_contacted(action, contact):
    assert not consented(action, contact, do_not_call=True, do_not_email=True).contact


@given(st.text(), flag, flag, flag)
def test_a_flag_never_adds_a_contact(action, contact, call, email):
    assert consented(action, contact, do_not_call=call, do_not_email=email).contact <= contact


@pytest.mark.parametrize("value", ["Yes", "y", "1", "TRUE", True, 1, 1.0, "since 2021", "nein", "unknown"])
def test_what_is_not_plainly_no_is_a_refusal(value):
    assert refuses(value)


@pytest.mark.parametrize("value", ["No", " n ", "0", "false", False, 0, 0.0, None, "", "  ", float("nan")])
def test_a_blank_or_a_plain_no_is_none(value):
    assert not refuses(value)
