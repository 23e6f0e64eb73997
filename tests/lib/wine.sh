# SPDX-License-Identifier: LGPL-2.1-or-later
# wine.sh: sourced by suites that run programs under Wine, from the repository root.
#
#   wine_prefix       makes build/wineprefix, once, and exports WINEPREFIX and WINEDEBUG; our DLLs are in it
#   wine_stop         ends that prefix's Wine processes (all are ours: the prefix is)

wine_prefix() {
    WINEPREFIX=$(pwd)/build/wineprefix
    WINEDEBUG=${WINEDEBUG:--all}
    export WINEPREFIX WINEDEBUG
    if [ ! -f "$WINEPREFIX/system.reg" ]; then
        mkdir -p build
        # No menu entries, no browser or .NET downloads.
        WINEDLLOVERRIDES="mscoree,mshtml=" wine wineboot -i >build/wineboot.log 2>&1
    fi
}

wine_stop() {
    server=$(command -v wineserver || echo /usr/lib/wine/wineserver)
    [ ! -x "$server" ] || "$server" -k || :
}
