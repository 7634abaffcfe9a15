"""SOAP encoding's own schema, as far as an rpc interface of old needs it: arrays, and the types that only renamed ours.

WSDLs use its namespace without importing it (WSDL 1.1 section 2.2 tells them to), and no file of theirs has it.
"""

from __future__ import annotations

from typing import Final

NAMESPACE: Final = "http://schemas.xmlsoap.org/soap/encoding/"

_RENAMED: Final = (
    "string boolean decimal integer float double date dateTime time duration int long short byte unsignedInt "
    "unsignedLong unsignedShort unsignedByte nonNegativeInteger positiveInteger base64Binary hexBinary anyURI token"
)

SCHEMA: Final = f"""\
<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="{NAMESPACE}">
  <attribute name="arrayType" type="string"/>
  <complexType name="Array">
    <sequence><any minOccurs="0" maxOccurs="unbounded" processContents="lax"/></sequence>
    <attribute name="arrayType" type="string"/>
  </complexType>
  <simpleType name="base64"><restriction base="base64Binary"/></simpleType>
  {"".join(f'<simpleType name="{name}"><restriction base="{name}"/></simpleType>' for name in _RENAMED.split())}
</schema>
""".encode()
