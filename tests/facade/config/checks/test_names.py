from textwrap import dedent

ROUTE = "  - {name: titles.read, match: GET /x, legacy: portal, stage: legacy}\n"


def test_two_silos_of_one_name_are_both_told(told):
    silo = "\nsilo: portal\nadapter: passthrough\nsettings: {url: http://a}\n"
    assert told({"silos/z.yaml": silo}) == [
        'silos/z.yaml:2: silo "portal" is there already, at silos/portal.yaml:1; rename one of the two'
    ]


def test_two_routes_of_one_name_are_both_told_across_files(told):
    assert told({"routes/b.yaml": f"routes:\n{ROUTE}"}) == [
        'routes/b.yaml:2: route "titles.read" is there already, at routes/a.yaml:2; rename one of the two'
    ]


def test_a_third_of_one_name_is_told_with_the_first(told):
    second = ROUTE.replace("/x", "/y")
    assert [each.split(";")[0] for each in told({"routes/b.yaml": f"routes:\n{ROUTE}{second}"})] == [
        'routes/b.yaml:2: route "titles.read" is there already, at routes/a.yaml:2',
        'routes/b.yaml:3: route "titles.read" is there already, at routes/a.yaml:2',
    ]


def test_two_groups_of_one_name_are_both_told(told):
    groups = dedent("""\
        routes:
          - {name: a, match: /a, legacy: portal}
          - {name: b, match: /b, legacy: portal}
        groups:
          - {name: journey, stage: legacy, routes: [a]}
          - {name: journey, stage: legacy, routes: [b]}
        """)
    assert told({"routes/b.yaml": groups}) == [
        'routes/b.yaml:6: group "journey" is there already, at routes/b.yaml:5; rename one of the two'
    ]


def test_a_group_is_not_called_as_a_route(told):
    groups = dedent("""\
        routes:
          - {name: a, match: /a, legacy: portal}
        groups:
          - {name: titles.read, stage: legacy, routes: [a]}
        """)
    assert told({"routes/b.yaml": groups}) == [
        'routes/b.yaml:4: group "titles.read" is called as the route at routes/a.yaml:2; rename one of the two'
    ]


def test_a_silo_and_an_external_do_not_share_a_name(told):
    text = "external: portal\nadapter: drawer\nsettings: {cabinet: south}\noperations: {take: {arguments: {}}}\n"
    assert told({"externals/z.yaml": text}) == [
        'externals/z.yaml:1: external "portal" is there already, as the silo at silos/portal.yaml:1; '
        "rename one of the two"
    ]
