# SPDX-License-Identifier: LGPL-2.1-or-later
# wine.sh: sourced by suites that run programs under Wine, from the repository root.
#
#   wine_prefix            makes build/wineprefix, once, and exports WINEPREFIX and WINEDEBUG; tools/httpapi-wine puts
#                          our DLLs into it
#   wine_fresh_prefix DIR  makes DIR a prefix that nothing ran in yet, and exports it as WINEPREFIX
#   wine_need_32bit        ends the suite with a skip (check.sh) when nothing here runs programs of 32 bits
#   wine_stop              ends the Wine processes of $WINEPREFIX (all are ours: the prefix is)
#   wine_remove_prefix DIR ends that prefix's Wine processes and removes it

wine_server=$(command -v wineserver || echo /usr/lib/wine/wineserver)
: "${WINEDEBUG:=-all}"
export WINEDEBUG

# Made once and only copied from: a prefix takes Wine ten times as long as a copy does.
wine_template() {
    template=$(pwd)/build/wineprefix.template
    [ ! -d "$template" ] || return 0
    rm -rf "$template.new"
    mkdir -p build
    # No menu entries, no .NET or browser downloads. The registry is on the disk when the server has ended.
    WINEPREFIX=$template.new WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe=" \
        ${WINE:-wine} wineboot -i >build/wineboot.log 2>&1
    WINEPREFIX=$template.new "$wine_server" -w
    wine_forget_server "$template.new"
    mv "$template.new" "$template"
}

# Debian's Wine notes in a prefix the name of its server's folder in /tmp; a copy needs one of its own.
wine_forget_server() {
    case $(cat "$1/wineserver" 2>/dev/null) in
    wine-*) rm -rf "/tmp/$(cat "$1/wineserver")" ;;
    esac
    rm -f "$1/wineserver"
}

wine_fresh_prefix() {
    wine_template
    rm -rf "$1"
    cp -a "$template" "$1"
    rm -f "$1/wineserver"
    WINEPREFIX=$(cd "$1" && pwd)
    export WINEPREFIX
}

wine_prefix() {
    WINEPREFIX=$(pwd)/build/wineprefix
    export WINEPREFIX
    if [ ! -f "$WINEPREFIX/system.reg" ]; then wine_fresh_prefix "$WINEPREFIX"; fi
}

wine_need_32bit() {
    if [ ! -f build/wine/i386-unix/httpev.so ]; then
        skip "nothing was built for 32-bit programs: configure found no tools for it"
    elif [ ! -e "$WINEPREFIX/drive_c/windows/syswow64/kernel32.dll" ]; then
        skip "this Wine has no 32-bit half, or had none when it made $WINEPREFIX"
    else
        return 0
    fi
    summary
    exit 0
}

wine_stop() {
    [ ! -x "$wine_server" ] || "$wine_server" -k || :
}

wine_remove_prefix() {
    [ -d "$1" ] || return 0
    WINEPREFIX=$1 wine_stop
    wine_forget_server "$1"
    rm -rf "$1"
}
