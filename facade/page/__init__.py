"""The page an operator looks at: plain HTML from the server, one file a page, with one style sheet and no script.

Read `document` (the frame and the escaping of every page), then `status` (what `/` shows). The style sheet
is `style.css`, package data, served at `/style.css`. Only the composition root imports this package; it reads
`facade.control.view` and asks nothing of anybody.
"""
