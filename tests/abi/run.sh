#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run.sh BUILD-DIRECTORY: compiles http.h with each compiler that is there, for Linux and Windows, C
# and C++, 64 and 32 bits, and compares layouts, values and prototypes: with each other, with the
# known ones, and with mingw-w64's own header where that one is right. It runs only compilers.
#
# The compilers come from CC, CXX, CLANG, MINGW_CC, MINGW_CXX and MINGW32_CC. The last line is
# "N passed, N failed, N skipped"; the exit status is 0 without failures.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 BUILD-DIRECTORY" >&2; exit 2; }
mkdir -p "$1"
build=$(cd "$1" && pwd)
cd "$(dirname "$0")"
rm -f "$build"/*.table

CC=${CC:-gcc}
CXX=${CXX:-g++}
CLANG=${CLANG:-clang}
MINGW_CC=${MINGW_CC:-x86_64-w64-mingw32-gcc}
MINGW_CXX=${MINGW_CXX:-x86_64-w64-mingw32-g++}
MINGW32_CC=${MINGW32_CC:-i686-w64-mingw32-gcc}

strict='-Wall -Wextra -Wundef -Werror -pedantic'
c="-std=gnu11 $strict"
cxx="-x c++ -std=gnu++17 -Wno-invalid-offsetof $strict"
ours=-I../../include
elf="$ours -isystem ../../include/win32"
msvc="$ours -isystem msvc -Wno-nested-anon-types" # the SDK's form of HTTP_DATA_CHUNK in C++
windows=-D_WIN32_WINNT=0x0a00

passed=0 failed=0 skipped=0

# check NAME COMMAND...: counts the command's success or failure; shows its output if it fails.
check() {
    check_name=$1
    shift
    if "$@" >"$build/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   $check_name"
    else
        failed=$((failed + 1))
        echo "FAIL $check_name"
        head -n 40 "$build/log"
    fi
}

skip() {
    skipped=$((skipped + 1))
    echo "skip $1: $2"
}

present() {
    command -v "$1" >/dev/null 2>&1
}

# table NAME COMPILER...: writes NAME.table, the layout as this compiler sees it.
table() (
    name=$1
    shift
    "$@" -Wno-pedantic -S -o "$build/$name.s" layout.c || exit 1
    sed -n 's/^.*"@@ \(.*\)"$/\1/p' "$build/$name.s" | sort -u >"$build/$name.table"
    test -s "$build/$name.table"
)

# same_layout REFERENCE NAME COMPILER...: NAME's table is REFERENCE's.
same_layout() (
    reference=$1 name=$2
    shift 2
    table "$name" "$@" && diff -u "$build/$reference.table" "$build/$name.table"
)

# part_of_layout REFERENCE NAME COMPILER...: each line of NAME's table is in REFERENCE's.
part_of_layout() (
    reference=$1 name=$2
    shift 2
    table "$name" "$@" && ! grep -vxF -f "$build/$reference.table" "$build/$name.table"
)

# target NAME REFERENCE COMPILER...: all that a compiler can say about our header.
target() {
    target_name=$1 target_reference=$2
    shift 2
    if ! present "$1"; then
        skip "$target_name" "no $1"
        return
    fi
    for list in program values functions sizes; do
        check "$target_name $list" "$@" -c -o "$build/object" "$list.c"
    done
    check "$target_name layout" same_layout "$target_reference" "$target_name" "$@"
}

# mingw_own NAME REFERENCE COMPILER...: mingw-w64's header, as far as the lists say it is right.
mingw_own() {
    own_name=$1 own_reference=$2
    shift 2
    for list in values functions; do
        check "$own_name $list" "$@" -DABI_MINGW -c -o "$build/object" "$list.c"
    done
    check "$own_name layout" part_of_layout "$own_reference" "$own_name" "$@" -DABI_MINGW
}

# Where mingw-w64's headers are, as its compiler has it; clang can use them for 32 bits.
mingw_include() {
    echo '#include <windows.h>' | $MINGW_CC -E -x c - |
        sed -n 's|^# 1 "\(.*\)/windows\.h".*|\1|p' | head -n 1
}

# The members that http.h declares, and those in layout.def but for the exceptions named there.
all_members() (
    $CC $elf -E -P ../../include/http.h >"$build/http.i" || exit 1
    awk -f members.awk "$build/http.i" |
        grep -vx -e 'HTTP_PROPERTY_FLAGS Present' -e 'HTTP_REQUEST_V2 Base' \
            -e 'HTTP_RESPONSE_V2 Base' | sort -u >"$build/members.header"
    awk '{ n = split($1, part, "."); for (i = 2; i <= n; i++) print part[1], part[i] }' \
        "$build/elf-c.table" | sort -u >"$build/members.list"
    diff -u "$build/members.header" "$build/members.list"
)

all_values() (
    sed -n -e 's/^    \([A-Z][A-Za-z0-9]*\) = -\{0,1\}[0-9].*/\1/p' \
        -e '/ { .* }$/d' -e 's/^#define \(H[Tt][Tt][Pp][A-Z_][A-Za-z0-9_]*\) .*/\1/p' \
        ../../include/http.h | grep -v -e '^HTTPAPI_' | sort >"$build/values.header"
    sed -n 's/^VALUE[A-Z_]*(\("[^"]*", \)\{0,1\}\([A-Za-z0-9_]*\), .*/\2/p' values.def |
        sort >"$build/values.list"
    diff -u "$build/values.header" "$build/values.list"
)

all_functions() (
    sed -n 's/^HTTPAPI_LINKAGE .* WINAPI \(Http[A-Za-z]*\)(.*/\1/p' ../../include/http.h |
        sort >"$build/functions.header"
    sed -n 's/^FUNCTION[A-Z_]*(\("[^"]*", \)\{0,1\}[A-Z]*, \(Http[A-Za-z]*\), .*/\2/p' \
        functions.def | sort >"$build/functions.list"
    diff -u "$build/functions.header" "$build/functions.list"
)

# ELF's C layout is what every other 64-bit one is compared with.
target elf-c elf-c $CC $c $elf
target elf-c++ elf-c $CXX $cxx $elf
target elf-clang-c elf-c $CLANG $c $elf
target elf-clang-c++ elf-c $CLANG $cxx $elf

target pe64-c elf-c $MINGW_CC $c $windows $ours
target pe64-c++ elf-c $MINGW_CXX $cxx $windows $ours
target msvc64-c elf-c $CLANG --target=x86_64-pc-windows-msvc $c $msvc
target msvc64-c++ elf-c $CLANG --target=x86_64-pc-windows-msvc $cxx $msvc

if present $MINGW_CC; then
    check 'pe64-c sizes before Windows Vista' $MINGW_CC $c -D_WIN32_WINNT=0x0501 $ours \
        -c -o "$build/object" sizes.c
    mingw_own mingw64 elf-c $MINGW_CC -std=gnu11 $windows
else
    skip mingw64 "no $MINGW_CC"
fi

# 32 bits: mingw-w64's compiler, or clang with mingw-w64's headers; then our ELF half's and Microsoft's layout.
if ! present $MINGW32_CC && present $CLANG && present $MINGW_CC; then
    MINGW32_CC="$CLANG --target=i686-w64-windows-gnu -msse2 -isystem $(mingw_include)"
fi
target pe32-c pe32-c $MINGW32_CC $c $windows $ours
if [ -f "$build/pe32-c.table" ]; then
    if echo '#include <stdint.h>' | $CC -m32 -fsyntax-only -x c - 2>/dev/null; then
        target elf32-c pe32-c $CC -m32 $c $elf
    else
        skip elf32-c "$CC -m32 has no headers"
    fi
    target msvc32-c pe32-c $CLANG --target=i686-pc-windows-msvc $c $msvc
    target msvc32-c++ pe32-c $CLANG --target=i686-pc-windows-msvc $cxx $msvc
    mingw_own mingw32 pe32-c $MINGW32_CC -std=gnu11 $windows
else
    for name in elf32-c msvc32-c msvc32-c++ mingw32; do
        skip "$name" 'no 32-bit layout to compare with'
    done
fi

check 'layout.def has every member' all_members
check 'values.def has every value' all_values
check 'functions.def has every function' all_functions

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
