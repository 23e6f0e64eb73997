# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts checks and says of each what was expected: tests/lib/check.sh for Python."""
import re
import traceback

passed = failed = skipped = 0


def ok(what):
    global passed
    passed += 1
    print("ok -", what, flush=True)


def not_ok(what, expected, got):
    global failed
    failed += 1
    print(f"not ok - {what}\n  expected: {expected}\n  got:      {got}", flush=True)


def check(what, expected, got):
    if expected == got:
        ok(what)
    else:
        not_ok(what, repr(expected), repr(got))


def check_match(what, pattern, got):
    """The regular expression is found in `got`."""
    if re.search(pattern, got, re.DOTALL):
        ok(what)
    else:
        not_ok(what, repr(pattern), repr(got))


def check_below(what, limit, got):
    if got < limit:
        ok(what)
    else:
        not_ok(what, f"less than {limit}", got)


def skip(reason):
    global skipped
    skipped += 1
    print("skip:", reason, flush=True)


def run(what, function, *args):
    """An exception (a client's deadline, a server that is gone) is one failed check and ends only this function."""
    try:
        function(*args)
    except Exception:
        not_ok(what, "no exception", traceback.format_exc())


def summary():
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed == 0
