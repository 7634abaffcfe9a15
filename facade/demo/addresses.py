"""Where everything of the demonstration listens, read from its copy of the configuration.

The files are the truth here too: whoever writes other ports into the copy gets a demonstration on those ports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from facade.config.kinds import Kinds
from facade.config.load import load
from facade.config.settings import Configuration, Drain, Listener
from facade.demo.citizens import ROUTE
from facade.demo.trouble import Trouble
from facade.routing.route import PlatformService
from facade.targets.definition import Adapted, Passthrough

Address = tuple[str, int]
"""Host and port."""

LAND_REGISTER, LICENSING = "land-registry", "portal"
"""The silos of the shipped configuration that are passed through."""

PLANNING, VEHICLES, PARKING = "planning-register", "vehicle-register", "parking-office"
"""Those behind an adapter that listen: a SOAP service, a mainframe and an application made for people."""

CASHIER, PROVIDER = "cashier", "card-payments"
"""Where payments go: an old till, which is a silo, and an external."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The sidecar's three listeners, the old systems, the new service, and somebody else's."""

    platform: Address
    admin: Address
    observe: Address
    land_register: Address
    licensing: Address
    planning: Address
    vehicles: Address
    parking: Address
    cashier: Address
    service: Address
    provider: Address

    @property
    def everything(self) -> tuple[Address, ...]:
        sidecar = (self.platform, self.admin, self.observe)
        silos = (self.land_register, self.licensing, self.planning, self.vehicles, self.cashier, self.parking)
        return (*sidecar, *silos, self.service, self.provider)


def origin(address: Address) -> str:
    """The URL of an address, without a path: `http://127.0.0.1:8080`."""
    host, port = address
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def read(folder: Path, environment: Mapping[str, str]) -> tuple[Addresses, Drain]:
    """The addresses and the drain times in `folder`. Blocking; refuses a folder with mistakes or other silos."""
    loaded = load(folder, Kinds.discover(), environment, serving=True)
    if loaded.configuration is None:
        mistakes = "\n".join(str(mistake) for mistake in loaded.mistakes)
        raise Trouble(f"{mistakes}\n{folder}: mend this, or move the folder away for a fresh copy")
    return _addresses(loaded.configuration, folder), loaded.configuration.settings.drain


def _addresses(configuration: Configuration, folder: Path) -> Addresses:
    settings = configuration.settings
    return Addresses(
        platform=_listener(settings.listen),
        admin=_listener(settings.admin),
        observe=_listener(settings.observe),
        land_register=_silo(configuration, LAND_REGISTER, folder),
        licensing=_silo(configuration, LICENSING, folder),
        planning=_address(_settings(configuration, PLANNING, folder)["endpoint"].get_secret_value()),
        vehicles=_host_and_port(_settings(configuration, VEHICLES, folder)),
        parking=_address(_settings(configuration, PARKING, folder)["url"]),
        cashier=_address(_settings(configuration, CASHIER, folder)["url"]),
        service=_service(configuration, folder),
        provider=_address(_settings(configuration, PROVIDER, folder)["url"]),
    )


def _listener(listener: Listener) -> Address:
    return listener.host, listener.port


def _silo(configuration: Configuration, name: str, folder: Path) -> Address:
    silo = configuration.silos.get(name)
    if silo is None or not isinstance(silo.reach, Passthrough):
        raise Trouble(f"{folder}: no silo {name} that is passed through; move the folder away for a fresh copy")
    return _address(silo.reach.url)


def _settings(configuration: Configuration, name: str, folder: Path) -> Mapping[str, Any]:
    """The settings of a silo or an external behind an adapter."""
    system = configuration.systems.get(name)
    if system is None or not isinstance(system.reach, Adapted):
        raise Trouble(f"{folder}: nothing behind an adapter is called {name}; move the folder away for a fresh copy")
    return system.reach.settings.model_dump()


def _host_and_port(settings: Mapping[str, Any]) -> Address:
    return settings["host"], settings["port"]


def _service(configuration: Configuration, folder: Path) -> Address:
    platforms = (route.platform for route in configuration.routes if route.name == ROUTE)
    platform = next(platforms, None)
    if not isinstance(platform, PlatformService):
        raise Trouble(f"{folder}: no route {ROUTE} with a platform URL; move the folder away for a fresh copy")
    return _address(platform.url)


def _address(url: str) -> Address:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 80
