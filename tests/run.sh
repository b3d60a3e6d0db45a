#!/usr/bin/env bash
# Builds everything once, runs every test project under tests/, and closes with "N passed, N failed, N skipped".
# Needs the .NET 10 SDK only. With CI=true a skipped test is a failure of the run: a check that did not run proves nothing.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
reports="$(mktemp -d)"
trap 'rm -rf "$reports"' EXIT

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# No build process outlives this script.
export MSBUILDDISABLENODEREUSE=1

# Finds or installs what some tests need beyond the SDK: a database server, a browser. Nothing does yet. Tell the tests by
# an environment variable exported here; a test without what it needs skips itself and says what is missing.
prepare() {
    :
}

# Adds up an attribute of the assemblies in a report.
count() {
    grep -o '<assembly [^>]*>' "$1" | sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}

prepare
dotnet build "$root/Intilery.AspNetCore.sln" --configuration Release

passed=0 failed=0 skipped=0 status=0
while IFS= read -r project; do
    name="$(basename "$project" .csproj)"
    report="$reports/$name.xml"
    echo
    echo "== $name"
    "$(dirname "$project")/bin/Release/net10.0/$name" -noColor -noLogo -result-xml "$report" < /dev/null && code=0 || code=$?

    seen=0 broken=0
    if [ -s "$report" ]; then
        p="$(count "$report" passed)" s="$(count "$report" skipped)"
        broken=$(($(count "$report" failed) + $(count "$report" errors)))
        seen=$((p + s + broken))
        passed=$((passed + p)) failed=$((failed + broken)) skipped=$((skipped + s))
        grep -o '<test [^>]* result="Skip"' "$report" | sed 's/.* name="\([^"]*\)".*/skipped: \1/' || true
    fi
    if [ "$broken" -eq 0 ] && { [ "$code" -ne 0 ] || [ "$seen" -eq 0 ]; }; then
        echo "$name ended with exit code $code after $seen tests." >&2
        failed=$((failed + 1))
    fi
done < <(find "$root/tests" -name '*Tests.csproj' -not -path '*/bin/*' -not -path '*/obj/*' | LC_ALL=C sort)

[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] || status=1
if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
    echo "Skipped tests fail the run because CI is true; they are named above." >&2
    status=1
fi

echo
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
