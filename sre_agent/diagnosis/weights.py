"""How much each kind of finding counts, as natural log-odds (the log of a likelihood ratio).

Round judgements of how much likelier a finding is when its cause is real: 0.7 is twice as likely,
1.6 five times, 2.3 ten times, 3 twenty times. They are kept in one place so that calibration
changes numbers here and nothing else.
"""

from datetime import timedelta

PRIOR = -3.0
"""Before any evidence about one in twenty named suspects is the cause."""
LEAST = 1e-6
"""A finding weighs something."""
FAMILY_CAP = 4.0
"""Findings of one family share their source, so their sum counts no more than this each way. What
weighs more (the words of the cluster, and objects that agree with them) is put down as two findings
of two families."""
SYMPTOM_FAMILIES = frozenset({"relation", "signals", "logs", "alerts"})
SYMPTOM_CAP = 2.7
"""Where the trouble shows says little of why: all symptoms together never outweigh the prior, so
that a cause needs a change or a state of its pods that speaks for it."""

RELEASE_GAPS = (
    (timedelta(minutes=5), 2.7),
    (timedelta(minutes=15), 2.2),
    (timedelta(minutes=30), 1.6),
    (timedelta(hours=2), 0.6),
)
"""A release before the onset, by how long before."""
RELEASE_AFTER_ONSET = 3.5
"""What was released when it was failing already did not start it; clocks may lie, so not for
sure."""
RELEASE_REPLACED = 1.5
"""The release was replaced and the trouble went on."""
RELEASE_UNDONE = 3.5
"""The revision before it was brought back and the trouble went on."""
RELEASE_RESTORES = 1.0
"""What ran well once rarely breaks things when it comes back."""
HARMLESS_COMMIT = 2.0
"""The commits that a release brought are all known, and none of them can do harm."""
RELEASE_HEALED = 3.0
"""An earlier trouble ended with the release, or it restored what ran and served well since."""
CHANGE_FITS = 1.2
"""What the settings of a release lead to is what is complained of."""
CHANGE_LEADS_ELSEWHERE = 1.0
"""What is complained of is known, and nothing among the settings leads to it."""
CHANGE_HARMLESS = 2.0
"""It only started the pods anew."""
SETTING_GAPS = (
    (timedelta(minutes=5), 2.2),
    (timedelta(minutes=15), 1.7),
    (timedelta(minutes=30), 1.2),
    (timedelta(hours=2), 0.4),
)
"""A setting that was written before the onset, by how long before: what it said before is not known."""
SETTING_OUT_OF_REACH = 3.5
WRITTEN_BEFORE_ONSET = 1.0
"""An object that can bring such trouble was written shortly before it began."""

POD_STATE = 4.0
"""The cluster itself says what is wrong with the pods."""
POD_STATE_FROM_LOGS = 2.5
"""Only the container's own words say so."""
OUT_OF_CPU = 3.0
"""The pods are busy, and busier than before for a reason that is seen."""
MEMORY_GROWS = 3.5
"""Memory was watched growing towards its limit, beyond what the service ever used."""
FILLS_UP = 3.5
"""A volume or disk was watched filling up, and has little room left."""
SPECIFIC_BEATS_RELEASE = 2.0
"""A release whose pods name a narrower cause is better described by that cause."""
RELEASE_BEATS_CRASH = 1.5
"""Crashes that began with a release are better described by the release."""
NEW_PODS_UNREADY = 2.5
"""The pods of the new revision are not ready, which a fault around them would do to them too."""
NEW_PODS_FAIL_ALONE = 2.5
"""The pods of the new revision fail requests and those of the old do not."""
OLD_PODS_FAIL_TOO = 3.5
"""Pods that never had the release fail the same way, which it cannot have done."""

OWN_SIGNALS_SHIFTED = 1.2
"""Its own requests fail or take longer: so do those of all its callers."""
OWN_SIGNALS_NORMAL = 2.5
"""It serves as before, which few faults leave possible."""
ALERT_FIRES = 0.8
"""Prometheus says so, though the signals read here do not show it (yet)."""

NEW_ERRORS_IN_LOGS = 0.8
"""Lines that were not there before: a victim writes such too."""
LOGS_NAME_CALLEE = 0.7
"""A caller complains by name; names in lines are sometimes only passed on."""
SPEAKS_FOR_ITSELF = 0.1
"""New words of a suspect go with most faults: they tell people more than they tell faults apart."""
BEGINS_HERE = 0.7
"""Its own requests cost most of what the alerting service suffers."""
DEVIATES_MOST = 0.4
"""What it uses or serves is farther from usual than anybody else's, and it may be an effect."""

ALERT_NAMES_IT = 0.7
"""Alerts name who suffers, which in half of the cases is who is at fault."""
CALLERS_DEPEND_ON_IT = 0.7
"""What the alerting service needs is as likely at fault as itself."""
CALLERS_FAIL_TO_IT = 1.2
"""The calls to it fail, seen from outside of it."""
UNRELATED = 2.5
"""Trouble travels along calls, and no call leads there as far as calls are known."""
CALLER_OF_THE_VICTIM = 1.5
"""Trouble travels from callee to caller; load travels the other way, but seldom."""

VICTIM_OF_FAILING_CALLEE = 3.0
"""It waits for one that fails by a cause of its own."""
VICTIM_OF_UNEXAMINED_CALLEE = 2.0
"""It waits for one that fails, and at which nobody looked yet."""
VICTIM_OF_UNEXPLAINED_CALLEE = 1.5
"""The callee fails too, but was looked at and nothing was found in it."""

ONE_SLOW_WAY = 0.5
"""Its calls lose time on the way from one caller; with all symptoms on its side that decides nothing."""
TOO_EARLY_TO_TELL = 0.5
"""Requests fail or lose time at it, and whoever knows why may not have told yet; with all symptoms on
its side that decides nothing."""

REQUESTS_SUFFER_AT_IT = 1.2
"""Traced requests begin to fail at it, or to lose their time there."""
REQUESTS_BEGIN_TO_SUFFER = 2.3
"""The same, and by now nobody has said why: then that is the best that can be said."""
REQUESTS_SUFFER_BELOW = 1.5
"""They begin to suffer at somebody it calls, and it only passes that on."""

PRECEDENT_CAP = 0.5
"""What all past incidents together may say for a cause, and against it: half of the margin by which
one cause must beat another, and with all symptoms on its side still below the acting threshold."""

MODEL_CITES_EVIDENCE = 0.7
"""A model names a cause that no rule does, and the facts it cites are there; each piece of evidence so.
All of them together are capped as symptoms are, so that its word alone stays below the acting threshold."""
MODEL_DISSENTS = 0.69
"""A model that names another cause, on facts that are there, halves the odds of ours: less than the margin
by which one cause must beat another."""

ALERT_STREAM = 0.5
"""What a storm of alerts says by general numbers, which are right in little more than half the cases."""

SLOW_BY_ITSELF = 3.0
"""Its answers take longer, and those of nobody it calls do."""
SLOW_TOGETHER = 3.3
"""Several are slow by themselves, and have nothing in common but their node."""
PACKETS_LATE = 2.3
"""A node repeats packets, which they may only have come too late for."""
BUSY_WITHOUT_WORK = 2.5
"""It burns far more CPU and is held back for it, with no more requests than before."""
PACKETS_REPEATED = 3.5
"""A node repeats packets that it did not have to repeat before."""

CLUSTER_SAYS_AND_SHOWS = 5.0
"""The cluster says what is wrong with an object, and the objects themselves agree."""
CONTRADICTION = 3.0
"""Two things that were read cannot both be meant, though nobody complained of them."""
LIKELY = 2.3
"""Ten times as likely when the cause is real; something else would show the same."""
HINT = 1.0
"""Worth a look when nothing better is known."""

NARROWER_EXPLAINS = 3.0
"""A class that says more exactly what is wrong leaves little to the one that only shows it."""
EXPLAINS_WHAT_IS_SEEN = 0.7
"""Its symptom shows; most faults share that with some other."""
EXPECTED_NOT_SEEN = 2.5
"""All pods are well where the fault would have made some of them ill."""
HARMS_NOBODY = 2.0
"""Nothing that is seen can come from it, though it is as it should not be."""
CONTRADICTION_SEEN = 3.5
"""The same, and the failure that must follow from it is seen."""
OWN_WORDS = 3.5
"""A container that is unwell says itself, in words that mean one thing only, what it died of."""
WORDS_IN_PASSING = 2.0
"""A container says so too, but is well; or its words mean several things."""
GENERIC_STATE = 2.0
"""The cluster says that something is wrong, but not what: any narrower cause describes it better."""
POSTURE = 0.5
"""A weakness that breaks nothing now: never before real trouble."""
