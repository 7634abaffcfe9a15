"""The rules across files: what no single value shows to be wrong.

One small function a rule, over the draft; `RULES` lists them all. Read `names` (who is called what), `groups`
(journeys), `matches` (what routes match, and their parameters), `stages` (what a stage needs), `guards` (what can be
shown), `silos` (what routes ask of silos and externals), `externals` (what leaves, and that it does so once), `callers`
(who calls), `endings` (when routes end), then `listeners`. Only `facade.config.parse` imports this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from facade.config.checks import callers, endings, externals, groups, guards, listeners, matches, names, silos, stages
from facade.config.draft import Draft
from facade.config.mistake import Mistake

Rule = Callable[[Draft], Iterator[Mistake]]

RULES: Final[tuple[Rule, ...]] = (
    names.silos_have_names_of_their_own,
    names.routes_have_names_of_their_own,
    names.groups_have_names_of_their_own,
    groups.members_are_routes,
    groups.members_are_in_one_group,
    groups.members_say_no_stage,
    matches.there_are_routes,
    matches.no_two_match_the_same,
    matches.methods_are_served,
    matches.successors_lead_elsewhere,
    matches.keys_are_in_the_path,
    matches.templates_fill_from_the_path,
    stages.every_route_has_one,
    stages.sides_are_there,
    stages.canary_is_described,
    stages.canary_splits_no_writes,
    silos.silos_are_there,
    silos.operations_are_there,
    silos.unmatched_is_passed_through,
    silos.queues_have_a_budget,
    silos.arguments_are_in_the_path,
    externals.operations_name_what_leaves,
    externals.externals_are_asked_once,
    callers.callers_have_names_of_their_own,
    callers.issuers_are_named_once,
    callers.identities_are_one_callers,
    callers.rules_name_known_callers,
    callers.claims_are_of_tokens,
    endings.sunsets_follow_deprecations,
    endings.brownouts_are_announced,
    endings.brownouts_are_short,
    endings.brownouts_name_known_callers,
    listeners.addresses_differ,
)
"""What makes a configuration mistaken."""

WARNINGS: Final[tuple[Rule, ...]] = (
    silos.reads_do_not_write,
    stages.shadow_compares_something,
    externals.group_shadows_compare_something,
    guards.guards_can_pass,
    callers.identities_can_be_shown,
    endings.silos_outlast_their_routes,
)
"""What runs, and is probably not meant."""


def judge(draft: Draft, rules: tuple[Rule, ...]) -> list[Mistake]:
    """Everything that these rules find."""
    return [mistake for rule in rules for mistake in rule(draft)]
