"""The bill of materials of what the image runs (CycloneDX 1.6, JSON), and whether all of it may be there.

    python requirements/sbom.py PYTHON FILE    write FILE about the packages that PYTHON has, which runtime.txt pins

The law of this file: every pin of runtime.txt is a component, of that version; nothing else is one; and each stands
under a licence of `LICENCES`, or is named in `EXCEPTIONS` with the reason why it may be there all the same.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PINS: Final = ROOT / "requirements" / "runtime.txt"

LICENCES: Final = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "PSF-2.0", "Python-2.0"),
        # What packages say that name no identifier of SPDX.
        "License :: OSI Approved :: Apache Software License",
        "License :: OSI Approved :: BSD License",
        "License :: OSI Approved :: MIT License",
    }
)
"""Licences that ask for no more than their notice: whoever builds an image of his own owes nobody any source."""

EXCEPTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "asyncssh": ("EPL-2.0 OR GPL-2.0-or-later", "used as it is, under EPL-2.0; only the adapter kind batch needs it"),
    "certifi": ("MPL-2.0", "a list of certificates, used as it is; only the adapter kind soap needs it"),
    "protobuf": ("BSD-3-Clause", "its source is under it, its package does not say so"),
}
"""Package -> the licence that it may have, and why."""

_PIN: Final = re.compile(r"([a-z0-9.-]+)==([\w.!+]+)(?: ; ([^\\]+))? \\")


def pins(lock: str) -> dict[str, str]:
    """The version of each package that a lock file pins, by its normalised name."""
    return {match[1]: match[2] for line in lock.splitlines() if (match := _PIN.fullmatch(line))}


def mistakes(bill: Mapping[str, Any], pinned: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a bill of materials, each as `place: what is wrong; what to do`."""
    found = {_normal(each["name"]): each for each in bill["components"]}
    for name in sorted(pinned.keys() - found.keys()):
        yield f"requirements/runtime.txt: {name} is pinned and not in the bill; install the pins and make it again"
    for name in sorted(found.keys() - pinned.keys()):
        yield f"requirements/runtime.txt: {name} is in the bill and not pinned; remove what installed it, or make lock"
    for name in sorted(found.keys() & pinned.keys()):
        version = found[name]["version"]
        if version != pinned[name]:
            yield f"requirements/runtime.txt: {name} is pinned to {pinned[name]} and is {version}; install the pins"
        yield from _licence_mistakes(name, found[name])


def _licence_mistakes(name: str, component: Mapping[str, Any]) -> Iterator[str]:
    said = list(_said(component))
    if not said and name not in EXCEPTIONS:
        yield f"requirements/sbom.py: {name} names no licence; find out which it has, and name it in EXCEPTIONS"
    excepted = {EXCEPTIONS[name][0]} if name in EXCEPTIONS else set()
    for licence in said:
        if licence not in excepted and not is_allowed(licence, LICENCES) and not _is_a_classifier_of(licence, excepted):
            mend = "do without it, or say in EXCEPTIONS why it may stay"
            yield f"requirements/sbom.py: {name} is under {licence}; {mend}"


def is_allowed(expression: str, allowed: Collection[str]) -> bool:
    """Whether an SPDX expression lets us choose licences that are all allowed. One with brackets is never read so.

    >>> is_allowed("GPL-2.0-only OR MIT", {"MIT"}), is_allowed("MIT AND GPL-2.0-only", {"MIT"})
    (True, False)
    """
    choices = expression.split(" OR ")
    return any(all(part in allowed for part in choice.split(" AND ")) for choice in choices)


def _is_a_classifier_of(licence: str, excepted: Collection[str]) -> bool:
    """Whether it is the classifier that says the same as an excepted identifier, which packages name beside it."""
    return licence.startswith("License :: ") and any(f"({each.replace('-', ' ')})" in licence for each in excepted)


def _said(component: Mapping[str, Any]) -> Iterator[str]:
    for each in component.get("licenses", ()):
        if "expression" in each:
            yield each["expression"]
        else:
            yield each["license"].get("id") or each["license"]["name"]


def _normal(name: str) -> str:
    """A distribution's name as it is compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def make(python: str, target: Path) -> None:
    """Write the bill of what this interpreter has, so that the same packages give the same bytes."""
    command = [str(Path(sys.executable).parent / "cyclonedx-py"), "environment", "--pyproject", "pyproject.toml"]
    command += ["--short-PURLs", "--output-reproducible", "--spec-version", "1.6", "--output-file", str(target), python]
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(command, cwd=ROOT, check=True)


def main(python: str, file: str) -> int:
    """Make the bill, check it, and say how many components it has."""
    target = Path(file).absolute()
    make(python, target)
    bill = json.loads(target.read_bytes())
    wrong = list(mistakes(bill, pins(PINS.read_text())))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    print("\n".join(wrong) or f"{file}: {len(bill['components'])} components of strangler-facade {version}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
