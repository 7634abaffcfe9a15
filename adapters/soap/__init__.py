"""The `soap` kind: a SOAP service, 1.1 or 1.2, as its WSDL describes it.

Read `settings` (what an operator writes), then what is made of it when the configuration is loaded: `documents` (the
WSDL's files), `wsdl` (its operations), `schema` (its types, flat), `lexical` and `facets` (its simple types), `request`
(an envelope to fill in) and `reply` with `texts` (readers of answers). A call goes through `adapter`, `request`,
`carrier` (HTTP), `envelope` and `faults`, `reply`. `wrong` is what may be wrong with a WSDL.
"""

from adapters.soap.adapter import SoapKind

ADAPTER = SoapKind()
