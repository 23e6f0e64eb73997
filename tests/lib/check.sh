# SPDX-License-Identifier: LGPL-2.1-or-later
# check.sh: sourced by suites written in sh. Counts, and says of each check what was expected.
#
#   check WHAT EXPECTED GOT            the two are equal
#   check_match WHAT PATTERN GOT       GOT matches the shell pattern as a whole
#   check_same WHAT FILE FILE          the two files are equal; shows how they differ
#   check_status WHAT STATUS COMMAND...  the command ends with that exit status; its output is in $output
#   wait_for SECONDS COMMAND...        until COMMAND succeeds; false when it hasn't by then
#   is_running PID                     that child has neither ended nor become a zombie
#   skip REASON                        counts a skip
#   need COMMAND...                    ends the suite with a skip when one of the commands is missing
#   summary                            the last line; its status is the suite's

passed=0 failed=0 skipped=0

ok() {
    passed=$((passed + 1))
    echo "ok - $1"
}

not_ok() {
    failed=$((failed + 1))
    echo "not ok - $1"
    printf '%s\n' "  expected: $2" "  got:      $3"
}

check() {
    if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$@"; fi
}

check_match() {
    case $3 in
    $2) ok "$1" ;;
    *) not_ok "$@" ;;
    esac
}

check_same() {
    if check_difference=$(diff "$2" "$3"); then
        ok "$1"
    else
        not_ok "$1" "no difference" "$(printf '%s\n' "$check_difference" | head -n 20)"
    fi
}

check_status() {
    check_what=$1 check_expected=$2 check_got=0
    shift 2
    output=$("$@" 2>&1) || check_got=$?
    if [ "$check_expected" = "$check_got" ]; then
        ok "$check_what"
    else
        not_ok "$check_what" "exit status $check_expected" "exit status $check_got: $output"
    fi
}

wait_for() {
    wait_end=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -le $wait_end ] || return 1
        sleep 0.02
    done
}

is_running() {
    case $(cat "/proc/$1/stat" 2>/dev/null) in
    '' | *') Z '*) return 1 ;;
    esac
}

skip() {
    skipped=$((skipped + 1))
    echo "skip: $1"
}

need() {
    for command; do
        command -v "$command" >/dev/null && continue
        skip "$command isn't installed"
        summary
        exit 0
    done
}

summary() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed -eq 0 ]
}
