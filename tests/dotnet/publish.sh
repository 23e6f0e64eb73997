# SPDX-License-Identifier: LGPL-2.1-or-later
# publish.sh: sourced by tests/suites/dotnet-wine, after tests/lib/check.sh. Builds the programs when they changed.
#
#   publish FRAMEWORK   both programs, as build/dotnet/FRAMEWORK/NAME/NAME.exe; false when one doesn't build. When .NET
#                       or its packages can't be had, it ends the suite with a skip

dotnet_programs="listener httpsys"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false

# run_dotnet SECONDS VERB...: nothing may stay in the background, no build server, compiler server or node of MSBuild.
run_dotnet() {
    dotnet_seconds=$1
    shift
    timeout -k 5 "$dotnet_seconds" dotnet "$@" -p:TargetFramework="$framework" --disable-build-servers \
        -nodeReuse:false -m:1 -tl:off -v minimal
}

# What the programs are made of.
dotnet_sources() {
    dotnet --version
    find tests/dotnet -name '*.cs' -o -name '*.csproj' -o -name '*.props' | sort | xargs cksum
}

# NU....: a package or the feed; NETSDK....: this SDK doesn't know the framework. Anything else is a mistake of ours.
restore_or_skip() {
    restore_status=0
    restored=$(run_dotnet 120 restore "tests/dotnet/$1") || restore_status=$?
    [ $restore_status != 0 ] || return 0
    printf '%s\n' "$restored"
    code=$(printf '%s\n' "$restored" | grep -om 1 'error \(NU\|NETSDK\)[0-9]*' || :)
    [ $restore_status != 124 ] || code="not done after 120 seconds"
    [ "$code" ] || return 1
    skip "the packages of $framework for win-x64 can't be had ($code)"
    summary
    exit 0
}

publish() {
    framework=$1 published=build/dotnet/$1/published
    need dotnet
    if [ "$(dotnet_sources)" = "$(cat "$published" 2>/dev/null)" ]; then return; fi
    for program in $dotnet_programs; do
        restore_or_skip "$program" && run_dotnet 200 publish "tests/dotnet/$program" --no-restore || return 1
    done
    dotnet_sources >"$published"
}
