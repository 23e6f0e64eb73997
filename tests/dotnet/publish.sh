# SPDX-License-Identifier: LGPL-2.1-or-later
# publish.sh: sourced by tests/suites/dotnet-wine, after tests/lib/check.sh. Builds the programs when they changed.
#
#   publish FRAMEWORK   both programs, as build/dotnet/FRAMEWORK/NAME/NAME.exe; false when one doesn't build. When .NET
#                       or its packages can't be had, it ends the suite with a skip

dotnet_programs="listener httpsys"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

# Nothing may stay in the background: no build server, no compiler server, no node of MSBuild.
run_dotnet() {
    dotnet_verb=$1
    shift
    timeout -k 5 300 dotnet "$dotnet_verb" "$@" -p:TargetFramework="$framework" --disable-build-servers -nodeReuse:false \
        -m:1 -tl:off -v minimal
}

# What the programs are made of.
dotnet_sources() {
    dotnet --version
    find tests/dotnet -name '*.cs' -o -name '*.csproj' -o -name '*.props' | sort | xargs cksum
}

# NU....: a package or the feed; NETSDK....: this SDK is too old, or too new, for the framework.
restore_or_skip() {
    reason=$(run_dotnet restore "tests/dotnet/$1") && return 0
    printf '%s\n' "$reason"
    case $reason in
    *' NU'[0-9]* | *' NETSDK'[0-9]*)
        skip "$1: the packages of $framework for win-x64 can't be had ($(printf '%s' "$reason" | grep -o '\(NU\|NETSDK\)[0-9]*' | head -n 1))"
        summary
        exit 0
        ;;
    esac
    return 1
}

publish() {
    framework=$1 published=build/dotnet/$1/published
    need dotnet
    if [ "$(dotnet_sources)" = "$(cat "$published" 2>/dev/null)" ]; then return; fi
    for program in $dotnet_programs; do
        restore_or_skip "$program" && run_dotnet publish "tests/dotnet/$program" --no-restore || return 1
    done
    dotnet_sources >"$published"
}
