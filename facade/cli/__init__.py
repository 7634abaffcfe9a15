"""The command line: what an operator types, one file a command.

A command's file has `configure(parser)`, which names its options, and `run(arguments)`, which does the work and returns
the exit status: 0 done, 1 refused or mistaken, 2 usage. `commands` lists them and imports the one that was asked for
and no other, so that `facade --help` costs nothing. Read `commands`, `answer` (how a command speaks), `options`,
`files` and `sidecar` (what it reads and whom it asks), then any command. Only `facade.__main__` imports this package.
"""
