"""The kinds of silo that come with the facade, one folder each: `soap`, `mainframe`, `sql` and so on as they are built.

A kind's folder is found by its name (`facade.config.kinds`) and imported when a silo's file first names it, so its
drivers are needed only then. Read a kind's README, then its `settings`, then its `adapter`; docs/writing-an-adapter.md
tells how one is made. A kind imports `facade.port` and `facade.formats` and nothing else of the facade, and no kind
imports another. Nobody imports a kind.
"""
