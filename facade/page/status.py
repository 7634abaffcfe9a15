"""The status page: what serves, what was rejected, where each route stands, and when each silo is to go.

It is for the person on call and for the person who asks how the migration is going, so all is said in words; colour
only repeats them. `slices` is what the listener sends: a thousand routes never hold the event loop.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from facade.config.standing import KEYS
from facade.control.view import ConfigView, RejectedView, RouteRow, SiloRow, StatusView
from facade.page.document import CLOSING, Markup, escape, opening
from facade.telemetry.exposition import sliced

_CALLS = ("By legacy", "By platform", "By facade")
_ROUTE_COLUMNS = ("Route", "Match", "Stage", "Platform share", *_CALLS, "Group", "Written in")
_LOAD = ("In flight", "Waiting", "Breaker", "Hours")
_SILO_COLUMNS = ("Silo", "Kind", "Owner", "Switch-off", "Calls", "Share of traffic", *_LOAD)
_NUMBERS = frozenset({"Platform share", *_CALLS, "Calls", "Share of traffic", "In flight", "Waiting"})


def render(view: StatusView) -> str:
    """The whole page in one string."""
    return "".join(_texts(view))


def slices(view: StatusView) -> Iterator[bytes]:
    """The page in UTF-8, in bounded pieces: its sender gives the event loop back between two of them."""
    return sliced(_texts(view))


def _texts(view: StatusView) -> Iterator[str]:
    yield opening("strangler-facade: status")
    yield _header(view.config)
    if view.config.rejected is not None:
        yield _rejected(view.config.rejected, view.config)
    if view.config.from_state:
        yield _from_state(view.config)
    yield "<main>\n"
    yield from _table("Routes, with the calls each side answered", _ROUTE_COLUMNS, map(_route, view.routes))
    yield from _table("Silos, with their share of all answered calls", _SILO_COLUMNS, map(_silo, view.silos))
    yield "</main>\n"
    yield f"<footer><p>strangler-facade {escape(view.version)}, as of {_moment(view.at)}. Counts are those since it "
    yield "started.</p></footer>\n"
    yield CLOSING


def _header(config: ConfigView) -> Markup:
    running = config.running
    return Markup(
        "<header>\n<h1>Status</h1>\n"
        f"<p>Serving revision {_code(running.revision)}, since {_moment(running.at)}.</p>\n</header>\n"
    )


def _rejected(rejected: RejectedView, config: ConfigView) -> Markup:
    reasons = "".join(f"<li>{_code(reason)}</li>\n" for reason in rejected.reasons)
    return Markup(
        '<section class="alarm" role="alert" aria-labelledby="rejected">\n'
        f'<h2 id="rejected">The configuration files are mistaken and do not serve</h2>\n'
        f"<p>Revision {_code(rejected.revision)} was rejected {_moment(rejected.at)}; "
        f"revision {_code(config.running.revision)} serves on. Mend these and it is read again:</p>\n"
        f"<ul>\n{reasons}</ul>\n</section>\n"
    )


def _from_state(config: ConfigView) -> Markup:
    return Markup(
        '<section class="alarm" role="alert" aria-labelledby="from-state">\n'
        '<h2 id="from-state">The last accepted configuration serves</h2>\n'
        f"<p>The files were mistaken when the sidecar started, so it serves what it last accepted, revision "
        f"{_code(config.accepted.revision)} of {_moment(config.accepted.at)}.</p>\n</section>\n"
    )


def _route(route: RouteRow) -> Iterable[Markup]:
    return (
        escape(route.name),
        _code(route.match),
        _stage(route),
        _percent(route.share),
        _count(route.calls.legacy),
        _count(route.calls.platform),
        _count(route.calls.own),
        _text(route.group),
        _code(route.place),
    )


def _stage(route: RouteRow) -> Markup:
    """The stage, and in words why it is another one than the file's, or what the guard says of it."""
    stage = Markup(f'<span class="stage stage-{escape(route.stage)}">{escape(route.stage)}</span>')
    if route.keys:
        stage = Markup(f'{stage} <span class="refusing">{escape(KEYS.get(route.keys, route.keys))}</span>')
    if route.lets_through:
        stage = Markup(f'{stage} <span class="refusing">{escape(route.lets_through)}</span>')
    if route.differs:
        return Markup(f'{stage} <span class="refusing">not as its file says: {escape(route.differs)}</span>')
    if route.bars:
        return Markup(f'{stage} <span class="quiet">may not move forward: {escape(route.bars)}</span>')
    if route.verdict:
        told = f"guard: {route.verdict.replace('_', ' ')}; {route.evidence}"
        return Markup(f'{stage} <span class="quiet">{escape(told)}</span>')
    return stage


def _silo(silo: SiloRow) -> Iterable[Markup]:
    return (
        escape(silo.name),
        escape(silo.kind),
        _text(silo.owner),
        _switch_off(silo),
        _count(silo.calls),
        _percent(silo.share),
        _of(silo.in_flight, silo.concurrency),
        _of(silo.waiting, silo.queue),
        _breaker(silo.breaker),
        _hours(silo),
    )


def _switch_off(silo: SiloRow) -> Markup:
    if silo.switch_off is None:
        return Markup('<span class="quiet">no date yet</span>')
    day = _day(silo.switch_off)
    return Markup(f'<span class="overdue">overdue since {day}</span>') if silo.overdue else day


def _breaker(state: str | None) -> Markup:
    if state is None or state == "closed":
        return _text(state)
    return Markup(f'<span class="refusing">{escape(state.replace("_", " "))}</span>')


def _hours(silo: SiloRow) -> Markup:
    if silo.opens is None:
        return _text(silo.hours)
    opens = f"{silo.opens:%A}, {_plain(silo.opens)}, {silo.opens:%H:%M}"
    return Markup(f'{_text(silo.hours)}; <span class="refusing">closed until {opens}</span>')


def _table(caption: str, columns: tuple[str, ...], rows: Iterable[Iterable[Markup]]) -> Iterator[str]:
    """A table; the first cell of a row is its header. It scrolls by itself, by keyboard too, where it is too wide."""
    head = "".join(f'<th scope="col"{_class(name)}>{escape(name)}</th>' for name in columns)
    yield f'<div class="scroll" role="region" aria-label="{escape(caption)}" tabindex="0">\n<table>\n'
    yield f"<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
    opened = [f'<td data-column="{escape(name)}"{_class(name)}>' for name in columns[1:]]
    empty = True
    for first, *others in rows:
        empty = False
        cells = "".join(f"{tag}{cell}</td>" for tag, cell in zip(opened, others, strict=True))
        yield f'<tr><th scope="row">{first}</th>{cells}</tr>\n'
    if empty:
        yield f'<tr><td class="quiet" colspan="{len(columns)}">none configured</td></tr>\n'
    yield "</tbody>\n</table>\n</div>\n"


def _class(column: str) -> str:
    return ' class="number"' if column in _NUMBERS else ""


def _code(text: str) -> Markup:
    return Markup(f"<code>{escape(text)}</code>")


def _text(text: str | None) -> Markup:
    return escape(text) if text else Markup('<span class="quiet">none</span>')


def _count(number: int) -> Markup:
    return Markup(f"{number:,}")


def _of(number: int, limit: int | None) -> Markup:
    """A number and its bound: `3 of 20`."""
    return _count(number) if limit is None else Markup(f"{_count(number)} of {_count(limit)}")


def _percent(share: float | None) -> Markup:
    """A share as an operator writes it: `25%`, `0.5%`."""
    return Markup('<span class="quiet">none</span>' if share is None else f"{share * 100:.4g}%")


def _moment(moment: datetime.datetime) -> Markup:
    utc = moment.astimezone(datetime.UTC)
    return Markup(f'<time datetime="{utc:%Y-%m-%dT%H:%M:%SZ}">{_plain(utc)}, {utc:%H:%M:%S} UTC</time>')


def _day(day: datetime.date) -> Markup:
    return Markup(f'<time datetime="{day.isoformat()}">{_plain(day)}</time>')


def _plain(day: datetime.date) -> str:
    """A day as it is read: `31 March 2027`."""
    return f"{day.day} {day:%B %Y}"
