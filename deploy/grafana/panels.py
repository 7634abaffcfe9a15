"""What the dashboards are made of: kinds of panels, variables and annotations, as the JSON of Grafana."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Json = dict[str, Any]

SCHEMA: Final = 42
"""The last of this form of dashboard; every Grafana since 9 reads it."""
SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
WIDTH: Final = 24
"""Columns of Grafana's grid."""

SIDE_COLOURS: Final = {"legacy": "orange", "platform": "green", "own": "blue"}
"""As on the status page; every legend names the side too."""
STAGE_COLOURS: Final = {
    "legacy": "orange",
    "shadow": "yellow",
    "canary": "light-blue",
    "platform": "green",
    "complete": "dark-green",
    "gone": "text",
}
VERDICT_COLOURS: Final = {"pass": "green", "fail": "red", "not_enough": "text", "error": "orange"}
BREAKER_COLOURS: Final = {"closed": "green", "half_open": "yellow", "open": "red"}
SHADOW_COLOURS: Final = {
    "match": "green",
    "noise": "light-green",
    "differ": "red",
    "dropped": "purple",
    "late": "yellow",
    "error": "orange",
}

LABELLED: Final = {"{{side}}": SIDE_COLOURS, "{{result}}": SHADOW_COLOURS}
"""Which colours belong to which label of a legend."""

FIGURES: Final = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}


def queries(asked: Mapping[str, str], **more: object) -> list[Json]:
    """One query for each legend."""
    letters = map(chr, range(ord("A"), ord("Z") + 1))
    return [
        {"refId": letter, "datasource": SOURCE, "expr": expr, "legendFormat": legend, **more}
        for letter, (legend, expr) in zip(letters, asked.items(), strict=False)
    ]


def colours(fixed: Mapping[str, str]) -> list[Json]:
    """What a legend begins with has this colour."""
    return [
        {
            "matcher": {"id": "byRegexp", "options": f"/^{begins}( .*)?$/"},
            "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}],
        }
        for begins, colour in fixed.items()
    ]


def panel(kind: str, title: str, description: str, *, targets: list[Json], defaults: Json, **more: Any) -> Json:
    overrides = more.pop("overrides", [])
    field = {"defaults": {"noValue": "none", **defaults}, "overrides": overrides}
    return {"type": kind, "title": title, "description": description, "datasource": SOURCE, "targets": targets,
            "fieldConfig": field, **more}  # fmt: skip


def lines(
    title: str, description: str, asked: Mapping[str, str], unit: str, *, stacked: bool = False, **defaults: object
) -> Json:
    """A graph over time."""
    custom = {"fillOpacity": 40, "stacking": {"mode": "normal", "group": "A"}} if stacked else {"fillOpacity": 5}
    return panel(
        "timeseries",
        title,
        description,
        targets=queries(asked),
        defaults={"unit": unit, "min": 0, "custom": custom, **defaults},
        overrides=[each for label, fixed in LABELLED.items() if label in "".join(asked) for each in colours(fixed)],
        options={
            "legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    )


def bars(
    title: str, description: str, legend: str, expr: str, *, unit: str, orientation: str, **defaults: object
) -> Json:
    return panel(
        "bargauge",
        title,
        description,
        targets=queries({legend: expr}, instant=True),
        defaults={"unit": unit, "min": 0, **defaults},
        overrides=colours(STAGE_COLOURS),
        options={**FIGURES, "displayMode": "basic", "orientation": orientation, "showUnfilled": True},
    )


def figure(title: str, description: str, expr: str, unit: str, *steps: tuple[str, float | None]) -> Json:
    """One number, coloured from each step on."""
    thresholds = [{"color": colour, "value": value} for colour, value in steps or (("text", None),)]
    return panel(
        "stat",
        title,
        description,
        targets=queries({"": expr}, instant=True),
        defaults={"unit": unit, "thresholds": {"mode": "absolute", "steps": thresholds}},
        options={**FIGURES, "colorMode": "value", "graphMode": "none", "textMode": "value"},
    )


def states(title: str, description: str, expr: str, legend: str, state: Mapping[str, str]) -> Json:
    """Which of some states held over time: a band for each series that is there. `legend` ends with the state."""
    return panel(
        "state-timeline",
        title,
        description,
        targets=queries({legend: expr}),
        defaults={"color": {"mode": "fixed", "fixedColor": "text"}},
        overrides=[
            {
                "matcher": {"id": "byRegexp", "options": f"/(^| ){name}$/"},
                "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}],
            }
            for name, colour in state.items()
        ],
        options={"showValue": "never", "mergeValues": True, "legend": {"showLegend": False}},
    )


def table(title: str, description: str, by: str, columns: Sequence[tuple[str, str, str]]) -> Json:
    """A row for each value of the label `by`; columns are (title, unit, query)."""
    asked = queries({name: expr for name, _, expr in columns}, instant=True, format="table")
    overrides = [
        {
            "matcher": {"id": "byName", "options": name},
            "properties": [{"id": "unit", "value": unit}, {"id": "decimals", "value": 0 if unit == "d" else None}],
        }
        for name, unit, _ in columns
    ]
    names = {f"Value #{query['refId']}": query["legendFormat"] for query in asked}
    left_out = {f"Time {number}": True for number in range(1, len(asked) + 1)} | {"Time": True}
    return panel(
        "table",
        title,
        description,
        targets=asked,
        defaults={"noValue": "-"},
        overrides=overrides,
        transformations=[
            {"id": "joinByField", "options": {"byField": by, "mode": "outer"}},
            {"id": "organize", "options": {"excludeByName": left_out, "renameByName": names}},
        ],
        options={"showHeader": True, "sortBy": [{"displayName": columns[0][0], "desc": False}]},
    )


def placed(rows: Sequence[tuple[int, Sequence[tuple[int, Json]]]]) -> Iterator[Json]:
    """Panels with a number and room of their own: each row has a height, each panel in it a width."""
    top, number = 0, 1
    for height, row in rows:
        left = 0
        for width, each in row:
            yield {"id": number, "gridPos": {"x": left, "y": top, "w": width, "h": height}, **each}
            left, number = left + width, number + 1
        if left != WIDTH:
            raise ValueError(f"a row is {left} wide; make it {WIDTH}")
        top += height


def variable(name: str, definition: str, **more: object) -> Json:
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": SOURCE,
        "definition": definition,
        "query": {"query": definition, "refId": name},
        "refresh": 2,
        "sort": 1,
        **more,
    }


SOURCE_VARIABLE: Final = {
    "name": "datasource",
    "label": "Data source",
    "type": "datasource",
    "query": "prometheus",
    "current": {},
    "hide": 0,
}


def annotation(name: str, colour: str, expr: str, title: str, text: str = "") -> Json:
    return {
        "name": name,
        "enable": True,
        "datasource": SOURCE,
        "iconColor": colour,
        "expr": expr,
        "titleFormat": title,
        "textFormat": text,
    }


def dashboard(uid: str, title: str, description: str, *, since: str, **parts: Any) -> Json:
    links = {"type": "dashboards", "tags": ["facade"], "title": "Facade", "asDropdown": False, "keepTime": True}
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["facade"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": True,
        "refresh": "30s",
        "timezone": "browser",
        "time": {"from": since, "to": "now"},
        "links": [{**links, "icon": "external link", "includeVars": False, "targetBlank": False, "tooltip": ""}],
        "templating": {"list": [SOURCE_VARIABLE, *parts["variables"]]},
        "annotations": {"list": parts["annotations"]},
        "panels": list(placed(parts["rows"])),
    }
