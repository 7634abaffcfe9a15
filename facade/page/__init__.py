"""The pages an operator looks at: made by the server, with one style sheet, and one script that they work without.

Read `sources` (what they are made from), `waterline` and `charts` (what is drawn, as numbers; pure), `environment` (how
a template becomes a page, and nothing in it markup), `answer` and `kept` (a page in pieces, and one that many ask for),
`pages` (what `/`, `/silos/NAME` and `/callers` show), `moving` and `route` (a route's page and its form), then `live`
(what is told to those who watch). Templates, style sheet, script and icon are package data. Only the composition root
imports this package; it reads views of `facade.control` and `facade.ending` and asks nothing of anybody.
"""
