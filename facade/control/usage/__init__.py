"""Usage: what is kept of each day's calls in `state`: a sample, and counts by caller, route and target.

The counts are what evidence of a silo's end rests on. Read `counted` (who takes them to the file, every few seconds),
`counts_book` (what waits for it), `counts_rows` (what a turn does to the rows, and how long they stay), `counts_read`,
`opened` (the file) and `schema` (its tables); `words` are those that may stand in the shape of a path.

From the sample `facade preview` tells what a change would move. Read `sample` (what a line of a day's file says; pure),
`book` (the files of the days, and the secret of today), `keep` (who writes them) and `tally` (a day's lines added up by
route and place; pure). `app` and `control` import it.

What is kept of a sticky key is made in two steps. Its place (`facade.routing.share`) is worked out as for any call; of
that only the leading ten bits are kept, which tell the side for every share and are the same for one key in a thousand.
So that one key counts once, the place is hashed again with a secret that is thrown away when its day is over. The place
depends on the route's or journey's name, so a key cannot be followed from one journey to another, nor into another day.
"""
