"""The words that may stand in the shape of a path: those of this file, and those that the operator wrote.

A segment is kept only if it is made of such words, so nothing else can be: the law is one of what may stay, because
what must not has no form of its own (a name is a word like any other). No word of this file is a given name, however
usual it is in interfaces; where one is a surname too (`driver`), the given name beside it keeps the whole out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 48
"""Characters of a segment that can be kept: `vehicle-registration-certificates`, with some air."""

_SHORTEST: Final = 3
"""Letters of a word whose last `s` may be that of a plural, and without it."""

_PIECE: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
"""A word within a segment: `get` and `Status` of `getStatus`, `API` of `API-status`."""

_SEGMENT: Final = re.compile(r"[A-Za-z]+(?:[-_.][A-Za-z]+)*")
_VERSION: Final = re.compile(r"v[0-9](?:\.[0-9])?")
"""`v1`, `v2.0`: one of a hundred, which tells nobody from anybody."""

WORDS: Final = frozenset(
    """
    about accept access account action active activity add address admin after agreement alert all allowance amend
    amount annual answer api app appeal applicant application apply appointment approval approve archive area asmx asp
    aspx assessment asset assign attachment audit auth authorise authority award
    back balance band bank batch before benefit billing biometric birth board body book booking border boundary branch
    budget building bulk business by
    calculate calculator calendar call callback cancel cancellation capacity card care case cases cash category
    certificate certified cgi change charge check child claim class classification cleared client close closed code
    collection comment commerce committee common company complaint complete component compose config confirm
    confirmation consent consultation contact content contract conveyancing copy correspondence council count country
    county course court create created credit criminal css csv current customer customs
    daily dashboard data date death debit debt decision declaration declare default delete delivery department deposit
    detail devices directory disability discount dispute district do document domain donation download draft driver
    driving due duty
    education elections electricity eligibility email emergency employee employer employment enabled end energy enforce
    enquiry enrol entitlement entry environment error estate estimate event evidence exam exception exchange exemption
    expense expired export external extract
    facility family favicon fee feed feedback file filing filter final finance find fine fire fisheries fleet folder
    food for form formation fraud from fuel full function fund funding
    gas gateway get government group guidance guide
    health hearing heating help highway history holiday home hospital household housing html
    icon id identity image immigration import in inbox incident include income index individual info information
    inheritance inquiry inspection institution insurance interest internal international inventory investigation invoice
    issue item
    job journey js json jsp
    key
    label land language latest leave ledger legacy legal letter levy library licence licensee license licensing lien
    limit link list listing live loan local location lock log login logout lookup
    mail main maintenance management manifest map maritime marriage measure media medical meeting member membership
    menu message meta metadata meter method metrics migration mobile modify monitor monthly mortgage move municipal
    name nationality natural new news next notes notice notification notify number
    object objection occupation of offence offer office officer online open operation option order organisation
    organization other output overdue overview owner ownership
    package panel parcel parking part participant partner party passenger password passport patient pay payee payer
    payment payroll pdf penalty pending pension people period permission permit person personal phone photo php ping
    plan planning plate play police policy pollution poll portal portfolio position post postcode postal preference
    premises prepare prescription preview previous pricing print priority privacy private procedure process procurement
    product profile programme progress project proof property proposal provider public publication publish purchase
    qualification quarterly query question queue quota quote
    rail rate rating read reason receipt receive recent record recovery recycling redirect reference refresh refund
    refuse region register registered registrar registration registry reject release reload relief reminder remove
    renew renewal rent repair repayment replace replacement reply report repository representative request requirement
    reset resident residence resource response rest restore result retire return revenue review revoke rights road role
    route rule run
    safety salary sale sample save schedule scheme school script search secure security select self send service session
    settings settlement share shipment show sign signature signin signout silo site sites sitemap size soap social sort
    source staff standard start state statement statistics status step stop storage store street structure student
    study subject submission submit subscribe subscription subsidy summary supplier support survey suspend switch system
    table target task tax taxation team template tenancy tenant tender term terms test text theme ticket time timeline
    title token tool total track tracking trade trader traffic training transaction transfer translation transport
    travel treatment tribunal trust txt type
    undo union unit unlock update upload url usage use user utility
    valid validate validation valuation value vehicle vendor verification verify version veteran view visa visit voter
    voucher
    wage waste water web webhook website weekly welfare widget withdraw withdrawal workflow works wsdl
    xls xlsx xml
    year yearly
    zip zone
    """.split()
)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of an operator's own names and templates, in small letters."""
    return frozenset(piece.lower() for text in texts for piece in _PIECE.findall(text))


def is_segment_of_letters(segment: str) -> bool:
    """Whether it could be a word or several: letters of ASCII, joined by single hyphens, underscores or dots."""
    return len(segment) <= LONGEST and _SEGMENT.fullmatch(segment) is not None


def is_made_of(segment: str, words: frozenset[str]) -> bool:
    """Whether a segment of letters is made of these words alone, or is a version such as `v1`."""
    if segment in words:
        return True
    if not is_segment_of_letters(segment):
        return _VERSION.fullmatch(segment) is not None
    return all(is_word(piece.lower(), words) for piece in _PIECE.findall(segment))


def is_word(piece: str, words: frozenset[str]) -> bool:
    """Whether it is one of these words, or its plural."""
    return piece in words or (
        piece[-1] == "s"
        and len(piece) > _SHORTEST
        and (piece[:-1] in words or piece[:-2] in words or f"{piece[:-3]}y" in words)
    )
