#!/usr/bin/env bash
# Builds everything once, runs every test project under tests/, repeats what failed at the end, and closes with
# "N passed, N failed, N skipped". Needs the .NET 10 SDK; PostgreSQL, MariaDB, Chromium and npm are found or installed, or their tests skip.
# With CI=true a skipped test is a failure of the run: a check that did not run proves nothing.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
reports="$(mktemp -d)"
postgres="" mariadb=""

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# No build process outlives this script.
export MSBUILDDISABLENODEREUSE=1

# A project that takes longer hangs.
limit=18m

say() {
    printf '\n== %s\n' "$*"
}

# Ends the run before any test of it: the last line says so in the words of any other run.
give_up() {
    printf '\n%s\n\n0 passed, 1 failed, 0 skipped\n' "$*"
    exit 1
}

# Installs a Debian or Ubuntu package, where this machine lets us: as root, or with a sudo that asks for nothing.
install() {
    local as=()
    command -v apt-get > /dev/null || return 1
    [ "$(id -u)" -eq 0 ] || { sudo -n true 2> /dev/null && as=(sudo -n); } || return 1
    echo "Installing $1."
    "${as[@]}" apt-get update -qq && "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"
}

# The newest of Debian's PostgreSQL servers; nothing where there is none.
postgres_bin() {
    { find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2> /dev/null || true; } | sort -V | tail -n 1
}

# Finds or installs PostgreSQL, runs a cluster of our own on a free loopback port, and tells the tests by
# INTILERY_TEST_POSTGRES. Without it the tests that need one skip themselves and say so.
start_postgres() {
    local bin port attempt
    bin="$(postgres_bin)"
    if [ -z "$bin" ]; then
        install postgresql || { echo "PostgreSQL is not here and cannot be installed: its tests skip." >&2; return 0; }
        bin="$(postgres_bin)"
    fi

    postgres="$(mktemp -d)"
    # PostgreSQL refuses to run as root.
    as_postgres=()
    if [ "$(id -u)" -eq 0 ]; then
        as_postgres=(runuser -u postgres --)
        chown postgres "$postgres"
    fi
    pg_ctl="$bin/pg_ctl"
    (cd "$postgres" && "${as_postgres[@]}" "$bin/initdb" -D "$postgres/data" -U intilery --auth=trust --encoding=UTF8 --no-sync > /dev/null)
    for attempt in 1 2 3 4 5; do
        port="$(shuf -i 20000-60000 -n 1)"
        if (cd "$postgres" && "${as_postgres[@]}" "$pg_ctl" -D "$postgres/data" -l "$postgres/log" -w -s \
            -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$postgres -c fsync=off -c max_connections=200" start); then
            echo "PostgreSQL: $bin on port $port."
            export INTILERY_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Username=intilery;Database=postgres"
            return 0
        fi
    done
    cat "$postgres/log" >&2
    return 1
}

# Finds or installs MariaDB, runs a server of our own on a free loopback port, and tells the tests by INTILERY_TEST_MARIADB.
# Without it the tests that need one skip themselves and say so.
start_mariadb() {
    local port attempt
    [ -x /usr/sbin/mariadbd ] || install mariadb-server || { echo "MariaDB is not here and cannot be installed: its tests skip." >&2; return 0; }
    mariadb="$(mktemp -d)"
    # MariaDB refuses to run as root.
    as_mariadb=()
    if [ "$(id -u)" -eq 0 ]; then
        as_mariadb=(runuser -u mysql --)
        chown mysql "$mariadb"
    fi
    (cd "$mariadb" && "${as_mariadb[@]}" mariadb-install-db --no-defaults --datadir="$mariadb/data" --auth-root-authentication-method=normal --skip-test-db > "$mariadb.install" 2>&1)
    rm -f "$mariadb.install"
    printf "CREATE USER 'intilery'@'127.0.0.1';\nGRANT ALL ON *.* TO 'intilery'@'127.0.0.1';\n" > "$mariadb/init.sql"
    chmod 644 "$mariadb/init.sql"
    for attempt in 1 2 3 4 5; do
        port="$(shuf -i 20000-60000 -n 1)"
        (cd "$mariadb" && exec "${as_mariadb[@]}" /usr/sbin/mariadbd --no-defaults --datadir="$mariadb/data" --socket="$mariadb/socket" --pid-file="$mariadb/pid" \
            --port="$port" --bind-address=127.0.0.1 --skip-log-bin --innodb-flush-log-at-trx-commit=0 --max-connections=400 \
            --init-file="$mariadb/init.sql" --log-error="$mariadb/log" < /dev/null > /dev/null 2>&1) &
        mariadb_pid=$!
        # The process id is written once it takes connections.
        while kill -0 "$mariadb_pid" 2> /dev/null; do
            if [ -s "$mariadb/pid" ]; then
                echo "MariaDB: port $port."
                export INTILERY_TEST_MARIADB="Server=127.0.0.1;Port=$port;User ID=intilery;SslMode=Disabled"
                return 0
            fi
            sleep 0.1
        done
    done
    cat "$mariadb/log" >&2
    return 1
}

# Finds or installs Chromium, and builds the website tags that it runs. Without them the browser tests skip themselves and say so.
prepare_browser() {
    local tags="$root/tests/Intilery.AspNetCore.BrowserTests/tags"
    INTILERY_TEST_CHROMIUM="$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)"
    if [ -z "$INTILERY_TEST_CHROMIUM" ]; then
        install chromium || { echo "Chromium is not here and cannot be installed: the browser tests skip." >&2; return 0; }
        INTILERY_TEST_CHROMIUM="$(command -v chromium)"
    fi
    export INTILERY_TEST_CHROMIUM
    # The same browser without windows, which works less for each page; without it Chromium runs every test.
    command -v chromium-headless-shell > /dev/null || install chromium-headless-shell || true
    INTILERY_TEST_HEADLESS_SHELL="$(command -v chromium-headless-shell || echo "$INTILERY_TEST_CHROMIUM")"
    export INTILERY_TEST_HEADLESS_SHELL
    echo "Browser: $INTILERY_TEST_CHROMIUM, and $INTILERY_TEST_HEADLESS_SHELL."
    command -v npm > /dev/null || install npm || { echo "npm is not here and cannot be installed: the browser tests skip." >&2; return 0; }
    if [ ! "$tags/node_modules/.package-lock.json" -nt "$tags/package-lock.json" ] || [ ! -s "$tags/dist/classic.js" ]; then
        (cd "$tags" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error && npm run --silent build) \
            || { rm -rf "$tags/dist"; echo "The website tags cannot be built: the browser tests skip." >&2; }
    fi
}

stop() {
    if [ -n "$postgres" ]; then
        (cd "$postgres" && "${as_postgres[@]}" "$pg_ctl" -D "$postgres/data" -m immediate -w -s stop) || true
        rm -rf "$postgres"
    fi
    if [ -n "$mariadb" ]; then
        [ ! -s "$mariadb/pid" ] || kill "$(cat "$mariadb/pid")" || true
        wait "${mariadb_pid:-}" 2> /dev/null || true
        rm -rf "$mariadb"
    fi
    rm -rf "$reports"
}

# Adds up an attribute of the assemblies in a report.
count() {
    grep -o '<assembly [^>]*>' "$1" | sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}

# The tests that failed, each with what it said; what hosts wrote to the console meanwhile stands at the line's beginning, and is left out.
failures() {
    awk '/^    [^ ].*(\[FAIL\]| Failure \()/ { shown = 1; print; next } /^(  |    )[^ ]/ || /^===/ { shown = 0 } shown && /^      /' "$1"
}

trap stop EXIT
sdk="$(dotnet --version 2> /dev/null)" || give_up "The .NET SDK is not here: https://dotnet.microsoft.com/download"
[ "${sdk%%.*}" -ge 10 ] || give_up "The tests need the .NET 10 SDK or a later one; this is $sdk."

say "Preparing: .NET SDK $sdk"
start_postgres
start_mariadb
prepare_browser

say "Building"
dotnet build "$root/Intilery.AspNetCore.sln" --configuration Release || give_up "The build failed, so no test ran."

passed=0 failed=0 skipped=0 status=0
: > "$reports/failures"
while IFS= read -r project; do
    name="$(basename "$project" .csproj)"
    report="$reports/$name.xml" begun=$SECONDS
    say "$name"
    timeout --foreground --kill-after=30s "$limit" "$(dirname "$project")/bin/Release/net10.0/$name" -noColor -noLogo -longRunning 180 -result-xml "$report" \
        < /dev/null 2>&1 | tee "$reports/log" && code=0 || code=$?

    seen=0 broken=0 p=0 s=0
    if [ -s "$report" ]; then
        p="$(count "$report" passed)" s="$(count "$report" skipped)"
        broken=$(($(count "$report" failed) + $(count "$report" errors)))
        seen=$((p + s + broken))
        grep -o '<test [^>]* result="Skip"' "$report" | sed 's/.* name="\([^"]*\)".*/skipped: \1/' || true
    fi
    failures "$reports/log" >> "$reports/failures"
    if [ "$broken" -eq 0 ] && { [ "$code" -ne 0 ] || [ "$seen" -eq 0 ]; }; then
        # A crash, or the limit: what it said last is what there is to go by.
        { echo "    $name ended with exit code $code after $seen tests; its last lines:"; tail -n 40 "$reports/log" | sed 's/^/      /'; } >> "$reports/failures"
        broken=1
    fi
    passed=$((passed + p)) failed=$((failed + broken)) skipped=$((skipped + s))
    echo "$name: $p passed, $broken failed, $s skipped in $((SECONDS - begun)) s"
done < <(find "$root/tests" -name '*Tests.csproj' -not -path '*/bin/*' -not -path '*/obj/*' | LC_ALL=C sort)

[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] || status=1
if [ -s "$reports/failures" ]; then
    say "Failed"
    cat "$reports/failures"
fi
if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
    echo "Skipped tests fail the run because CI is true; they are named above." >&2
    status=1
fi

echo
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
