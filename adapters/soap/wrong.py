"""What is wrong with a WSDL, told by its own file and line."""

from __future__ import annotations


class WsdlError(Exception):
    """A WSDL that cannot be used. Its text is `what; mend`, and begins with the WSDL's own place where it has one."""
