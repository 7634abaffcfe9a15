"""What an operator writes of a SOAP service and of its operations."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

from facade.port import AnsweredOperation, Faults

MAX_CONNECTIONS: Final = 256
"""More at once than any SOAP server has threads for."""

Name = Annotated[str, StringConstraints(min_length=1)]


class SoapSettings(BaseModel):
    """`settings` of a silo. `wsdl` is a file, `endpoint` where the calls go, whatever address the WSDL gives.

    `endpoint` is secret, since it may hold a password.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    wsdl: Name
    endpoint: SecretStr
    port: Name | None = None
    connections: int = Field(default=20, ge=1, le=MAX_CONNECTIONS)

    @field_validator("wsdl")
    @classmethod
    def _is_a_file(cls, wsdl: str) -> str:
        if "://" in wsdl or "\0" in wsdl:
            raise ValueError("a WSDL is read from a file; put a copy beside this file and write its name")
        return wsdl

    @field_validator("endpoint")
    @classmethod
    def _is_an_address(cls, endpoint: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(endpoint.get_secret_value())
            fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fits = False
        if not fits:
            raise ValueError("this is no address of a service; write http://HOST:PORT/PATH")
        return endpoint


class SoapOperation(AnsweredOperation):
    """One operation of a silo. `call` is the WSDL's name for it; `faults` maps the silo's faults to statuses."""

    call: Name
    faults: Faults = Field(default_factory=lambda: Faults({}))
