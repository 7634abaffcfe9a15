"""The `mainframe` kind: a program that reads one record from a TCP connection and writes one back, as copybooks say.

Read `settings` (what an operator writes), `copybooks` (the files it names), `operations` (an operation as it is
understood: a call into a record, a record into an answer), `adapter` (a call from arguments to answer), then what
carries it: `frames` (where a record ends on a connection), `connection` and `pool`.
"""

from adapters.mainframe.adapter import MainframeKind

ADAPTER = MainframeKind()
