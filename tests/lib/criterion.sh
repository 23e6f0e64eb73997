# SPDX-License-Identifier: LGPL-2.1-or-later
# criterion.sh: sourced by suites that are Criterion programs, or programs with the stand-in of tests/plain.
#
#   run_criterion SECONDS PROGRAM...   runs it for at most so long; prints what failed, what was skipped, and the
#                                      suite's last line. Its status is the suite's

# The last line, from Criterion's: those that crash are among those that fail there. None for a program without tests.
criterion_summary() {
    summary='\[====\] Synthesis: Tested: [1-9][0-9]* | Passing: \([0-9]*\) | Failing: \([0-9]*\) |.*'
    sed -n "s/^$summary/\1 passed, \2 failed, $(grep -c '^\[SKIP\]' "$1" || :) skipped/p" "$1"
}

run_criterion() {
    directory=$(mktemp -d) status=0
    log=$directory/log
    # A test that fails leaves its files behind.
    TMPDIR=$directory CRITERION_VERBOSITY_LEVEL=1 timeout -k 5 "$@" >"$log" 2>&1 || status=$?
    # Less what passed, and with the skips as tests/run wants them.
    sed '/^\[\(RUN \|PASS\|====\)\]/d; s/^\[SKIP\] /skip: /' "$log"
    [ $status -ne 124 ] || echo "not done after $1 seconds"
    criterion_summary "$log"
    rm -rf "$directory"
    return $status
}
