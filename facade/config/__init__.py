"""An operator's files made into frozen values, with every mistake in one pass as `file:line: what; mend`.

Read it in the order in which a configuration is made: `mistake` (what is wrong, and where), `nodes` and `compose` (YAML
text as placed values), `substitute` and `files` (secrets), `types`, `network`, `calendar` and `block` (what a text can
mean), `reach` (how a target over the wire is reached), `facade_file`, `callers_file`, `silo_file` and `routes_file`
(what an operator writes), `wording`, `tell` and `check` (a block against its model), `unbuilt` (what is named and not
built yet), `environment` and `tls`, then `read_facade`, `read_callers`, `read_silos` (with `externals`, and `beside`
for the files that silos name) and `read_routes` (one file each, into a `reading`), `draft` and `checks` (the rules
across files), `compile` and `settings` (what it all means), `parse` (from bytes) and `load` (from a folder). Beside
that way, `kinds` finds the kinds of adapter, `standing` reads stages even out of mistaken files, `edit` changes one
line of a file, and `schema` describes the files to an editor.

The control plane, the command line and the demonstration import it; the data plane never does. Everything blocks.
"""
