"""An operation between a call and a record: arguments, answers, return codes, and what an operator got wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ebcdic  # noqa: F401 - registers cp1146, in which these tests write by hand
import pytest

from adapters.mainframe import ADAPTER
from adapters.mainframe.operations import Operation, understand
from adapters.mainframe.settings import MainframeOperation, MainframeSettings
from facade.port import BadArgument, SiloNonsense, SiloSaysNo
from facade.testing import fake_files, make_call

REQUEST = """
       01  INQUIRY.
           05  INQ-FUNC     PIC X.
           05  INQ-REG      PIC X(8).
           05  INQ-DATE     PIC 9(8).
           05  INQ-MODE     PIC X.
               88 BRIEF     VALUE 'B' FALSE 'F'.
"""
REPLY = """
       01  VEHICLE.
           05  RETURN-CODE  PIC 99.
           05  VEH-REG      PIC X(8).
           05  TAX-DUE      PIC S9(5)V99 COMP-3.
           05  DETAIL-KIND  PIC X.
           05  DETAIL-A     PIC 9(4).
           05  DETAIL-B REDEFINES DETAIL-A PIC X(4).
           05  OWNER-COUNT  PIC 9.
           05  OWNER OCCURS 0 TO 3 DEPENDING ON OWNER-COUNT.
               10 OWNER-NAME PIC X(5).
"""
WRITTEN: dict[str, Any] = {
    "request": "copybooks/vehinq.cpy",
    "reply": "copybooks/vehrec.cpy",
    "redefines": {"DETAIL-B": {"DETAIL-KIND": "B"}},
    "arguments": {"INQ-REG": "{path.registration}", "INQ-FUNC": "V", "INQ-DATE": "{query.on:date=}"},
    "answer": {
        "registration": "veh_reg",
        "tax_due": "tax_due",
        "owners": "owner[].{name: owner_name}",
        "b": "detail_b",
    },
    "faults": {"RETURN-CODE": {"04": 404, "08": 409, "02": 200}},
}


def written(**changes: Any) -> dict[str, Any]:
    return {**WRITTEN, **changes}


def found(
    folder: Path, operation: Mapping[str, Any], *, request: str = REQUEST, reply: str = REPLY, frame: str = "length2"
) -> Any:
    (folder / "copybooks").mkdir(exist_ok=True)
    (folder / "copybooks/vehinq.cpy").write_text(request)
    (folder / "copybooks/vehrec.cpy").write_text(reply)
    (folder / "copybooks/part.cpy").write_text("           05  INQ-PART PIC X.\n")
    settings = MainframeSettings(host="127.0.0.1", port=7003, frame=frame, code_page="cp1146")
    model = MainframeOperation.model_validate(operation)
    return understand(settings, {"inquire": model}, fake_files(folder))["inquire"]


def operation(folder: Path, **changes: Any) -> Operation:
    understood = found(folder, written(**changes))
    assert isinstance(understood, Operation), understood
    return understood


def reply(code: str = "00", kind: str = "A", detail: str = "1234", owners: str = "2Ann  Bob  ") -> bytes:
    head = f"{code}AB12CDE ".encode("cp1146") + bytes.fromhex("0019000d")
    return head + f"{kind}{detail}{owners}".encode("cp1146")


def test_a_call_becomes_a_record(tmp_path: Path) -> None:
    call = make_call("inquire", path={"registration": "AB12CDE"}, query={"on": "2027-03-31"})
    assert operation(tmp_path).record(call).decode("cp1146") == "VAB12CDE 20270331 "


def test_the_name_of_a_value_is_an_argument(tmp_path: Path) -> None:
    understood = operation(tmp_path, arguments={"BRIEF": "{query.brief:bool=}"})
    sent = {each: understood.record(make_call("inquire", query=query))[-1:] for each, query in QUERIES.items()}
    assert {each: raw.decode("cp1146") for each, raw in sent.items()} == {"yes": "B", "no": "F", "absent": " "}


QUERIES: dict[str, dict[str, str]] = {"yes": {"brief": "true"}, "no": {"brief": "false"}, "absent": {}}


@pytest.mark.parametrize("registration", ["AB12CDE89", "AB\n", "日本", "AB\x85"])
def test_an_argument_that_does_not_fit_is_the_callers_and_never_shown(tmp_path: Path, registration: str) -> None:
    with pytest.raises(BadArgument) as bad:
        operation(tmp_path).record(make_call("inquire", path={"registration": registration}))
    assert bad.value.field == "{path.registration}"
    assert registration not in str(bad.value)


def test_a_record_becomes_an_answer(tmp_path: Path) -> None:
    answer = operation(tmp_path).answer(make_call("inquire"), reply())
    owners = [{"name": "Ann"}, {"name": "Bob"}]
    assert answer.status == 200
    assert json.loads(answer.body) == {"registration": "AB12CDE", "tax_due": -190.0, "owners": owners, "b": None}
    assert b'"tax_due":-190.00' in answer.body


def test_a_reading_is_chosen_by_the_replys_own_field(tmp_path: Path) -> None:
    answer = operation(tmp_path).answer(make_call("inquire"), reply(kind="B", detail="4x4 ", owners="0"))
    assert json.loads(answer.body)["b"] == "4x4"
    assert json.loads(answer.body)["owners"] == []


def test_without_answer_the_fields_come_as_they_are(tmp_path: Path) -> None:
    answer = operation(tmp_path, answer=None).answer(make_call("inquire"), reply(owners="0"))
    assert json.loads(answer.body) == {
        "return_code": 0,
        "veh_reg": "AB12CDE",
        "tax_due": -190.0,
        "detail_kind": "A",
        "detail_a": 1234,
        "owner_count": 0,
        "owner": [],
    }


@pytest.mark.parametrize(("code", "status"), [("04", 404), ("08", 409), ("12", 502)])
def test_a_return_code_says_no_whatever_the_rest_of_the_record_holds(tmp_path: Path, code: str, status: int) -> None:
    blank = code.encode("cp1146") + b"\0" * 18
    for raw in (reply(code), blank, code.encode("cp1146")):
        with pytest.raises(SiloSaysNo) as no:
            operation(tmp_path).answer(make_call("inquire"), raw)
        assert no.value.status == status


def test_a_return_code_of_200_is_none(tmp_path: Path) -> None:
    assert operation(tmp_path).answer(make_call("inquire"), reply("02")).status == 200


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (reply()[:-1], "OWNER"),
        (reply(detail="    "), "DETAIL-A holds spaces where a number must be"),
        (reply("  "), "RETURN-CODE holds spaces"),
        (reply(owners="9"), "OWNER-COUNT must be 0 to 3"),
        (b"", "VEHICLE has 0 bytes"),
    ],
)
def test_a_reply_that_does_not_fit_names_operation_and_field(tmp_path: Path, raw: bytes, field: str) -> None:
    with pytest.raises(SiloNonsense) as nonsense:
        operation(tmp_path).answer(make_call("inquire"), raw)
    assert nonsense.value.detail.startswith("inquire: no usable answer: ")
    assert field in nonsense.value.detail


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"request": "gone.cpy"}, "request", "gone.cpy does not exist; create it"),
        ({"arguments": {"INQ-REGG": "x"}}, "arguments.INQ-REGG", "INQUIRY has no such field; write one of INQ-FUNC, "),
        ({"arguments": {"INQ-FUNC": "VV"}}, "arguments.INQ-FUNC", "is too long: it has room for 1 characters; write"),
        ({"faults": {"RETURN": {"04": 404}}}, "faults.RETURN", "VEHICLE has no such field"),
        ({"faults": {"OWNER-NAME": {"04": 404}}}, "faults.OWNER-NAME", "stands at one place in every record"),
        (
            {"faults": {"RETURN-CODE": {"NO": 404}}},
            "faults.RETURN-CODE.NO",
            "must be a number; write one of its values",
        ),
        ({"redefines": {"DETAIL-C": {}}}, "redefines.DETAIL-C", "DETAIL-C neither redefines anything nor is redefined"),
        ({"redefines": {"DETAIL-B": {"KIND": "B"}}}, "redefines.DETAIL-B.KIND", "KIND is no field before it"),
    ],
)
def test_what_does_not_fit_the_copybooks_is_told_at_its_key(
    tmp_path: Path, changes: dict[str, Any], key: str, said: str
) -> None:
    understood = found(tmp_path, written(**changes))
    assert [each for each, _ in understood] == [key]
    assert said in understood[0][1]


def test_a_mistake_in_a_copybook_has_its_own_file_and_line(tmp_path: Path) -> None:
    understood = found(tmp_path, written(arguments={}), request="       01 R.\n           05 A PIC ZZ9.\n")
    assert understood == (
        (
            "request",
            "copybooks/vehinq.cpy:2: PIC ZZ9 is edited for print; write PIC X(3) for its bytes, or the number itself",
        ),
    )


def test_a_copybook_copies_those_beside_it_and_no_others(tmp_path: Path) -> None:
    assert isinstance(found(tmp_path, written(arguments={"INQ-PART": "x"}), request="       COPY PART.\n"), Operation)
    (tmp_path / "outside.cpy").write_text("       05 A PIC X.")
    understood = found(tmp_path, written(arguments={}), request="       COPY '../outside.cpy'.\n")
    assert understood[0][1].startswith("copybooks/vehinq.cpy:1: COPY ../outside.cpy: there is no such copybook")


def test_a_fixed_frame_needs_a_record_of_one_length(tmp_path: Path) -> None:
    understood = found(tmp_path, written(), frame="fixed")
    assert understood == (("reply", "VEHICLE has 20 to 35 bytes; a fixed frame needs one length"),)


def test_a_record_is_no_longer_than_its_frame_can_say(tmp_path: Path) -> None:
    long = written(arguments={})
    assert (
        "frame length2 ends at 65535; write length4" in found(tmp_path, long, request="       01 R PIC X(65536).")[0][1]
    )


def test_findings_are_at_the_operations_keys(tmp_path: Path) -> None:
    settings = MainframeSettings(host="127.0.0.1", port=7003, frame="length2", code_page="cp1146")
    operations = {"inquire": MainframeOperation.model_validate(WRITTEN)}
    findings = ADAPTER.examine(settings, operations, tmp_path, fake_files(tmp_path))
    assert [each.key for each in findings] == ["operations.inquire.request", "operations.inquire.reply"]
