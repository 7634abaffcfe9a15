"""The command line: what an operator types, one file a command.

A command's file has `configure(parser)`, which names its options, and `run(arguments)`, which does the work and returns
the exit status: 0 done, 1 refused or mistaken, 2 usage. `commands` lists them and imports the one that was asked for and
no other, so that `facade --help` costs nothing. Read `commands`, `answer` (how a command speaks), `options`, `sidecar`
(how it finds and asks a running one), then any command. Nothing imports this package but `facade.__main__`.
"""
