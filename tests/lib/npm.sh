# SPDX-License-Identifier: LGPL-2.1-or-later
# npm.sh: sourced by suites that need a package of npm's, behind check.sh.
#
#   npm_need DIR     the packages of tests/DIR/package-lock.json in build/DIR/node_modules, installed once; ends the
#                    suite with a skip when npm can't

npm_need() {
    need node npm
    [ -d "build/$1/node_modules" ] && cmp -s "tests/$1/package-lock.json" "build/$1/package-lock.json" && return
    rm -rf "build/$1"
    mkdir -p "build/$1"
    if (cd "tests/$1" && cp package.json package-lock.json "../../build/$1/") &&
        (cd "build/$1" && timeout 100 npm ci --no-audit --no-fund --ignore-scripts >npm.log 2>&1); then
        return
    fi
    npm_says=$(tail -n 1 "build/$1/npm.log")
    rm -rf "build/$1"
    skip "npm can't install the packages of tests/$1: $npm_says"
    summary
    exit 0
}
