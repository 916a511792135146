# PostgreSQL for run.sh, which sources this file: find its programs, make a cluster, start, stop.
# shellcheck shell=bash disable=SC2154

pgbin=

find_postgres() {
	pgbin=$(postgres_bin) && return
	install_packages "found no initdb and pg_ctl in PATH and /usr/lib/postgresql/*/bin" postgresql
	pgbin=$(postgres_bin) || fail "postgresql is installed, but no initdb and pg_ctl were found in /usr/lib/postgresql/*/bin"
}

postgres_bin() {
	local directory
	# Debian keeps the server's programs out of PATH, one directory per version; the last is the newest.
	for directory in "$(dirname "$(command -v initdb || echo /nowhere)")" \
		$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
		if [ -x "$directory/initdb" ] && [ -x "$directory/pg_ctl" ]; then
			echo "$directory"
			return
		fi
	done
	return 1
}

start_postgres() {
	! postgres_lives || return 0
	remove_postgres
	mkdir -p "$state/postgres"
	local data port
	data=$(make_pgdata)
	port=$(free_port "$(cat "$state/kafka/port")")
	echo "$data" >"$state/postgres/data"
	as_postgres "$pgbin/initdb" --pgdata="$data" --username=evgen --auth=trust --encoding=UTF8 --no-locale --no-sync \
		>"$state/postgres/log" 2>&1 || fail_with_log "$state/postgres/log" "initdb failed (see above)"
	postgres_conf "$port" | as_postgres tee -a "$data/postgresql.conf" >/dev/null
	as_postgres "$pgbin/pg_ctl" --pgdata="$data" --log="$data/log" --wait --timeout=60 start \
		</dev/null >"$state/postgres/log" 2>&1 || fail_with_log "$data/log" "PostgreSQL did not start (its log is above)"
	echo "$port" >"$state/postgres/port"
}

postgres_conf() {
	cat <<TXT
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = $1
max_connections = 300
# What a test commits need not survive the machine.
fsync = off
synchronous_commit = off
full_page_writes = off
TXT
}

postgres_lives() {
	[ -f "$state/postgres/port" ] && as_postgres "$pgbin/pg_ctl" --pgdata="$(cat "$state/postgres/data")" status >/dev/null 2>&1
}

stop_postgres() {
	[ -d "$state/postgres" ] || return 0
	[ -n "$pgbin" ] || pgbin=$(postgres_bin) || fail "cannot stop PostgreSQL: pg_ctl is gone"
	local data
	data=$(cat "$state/postgres/data" 2>/dev/null || true)
	if [ -n "$data" ] && as_postgres "$pgbin/pg_ctl" --pgdata="$data" status >/dev/null 2>&1; then
		as_postgres "$pgbin/pg_ctl" --pgdata="$data" --mode=immediate --wait stop >/dev/null ||
			fail "PostgreSQL in $data did not stop"
	fi
	remove_postgres
}

remove_postgres() {
	local data
	data=$(cat "$state/postgres/data" 2>/dev/null || true)
	[ -z "$data" ] || rm -rf "$data"
	rm -rf "$state/postgres"
}

# PostgreSQL refuses to run as root, and its stand-in cannot enter root's home, where the cache is: hence /tmp.
make_pgdata() {
	if [ "$(id -u)" != 0 ]; then
		echo "$state/postgres/cluster"
		return
	fi
	local data
	data=$(mktemp -d /tmp/evgen-postgres.XXXXXX)
	chown "$(postgres_user)" "$data"
	echo "$data"
}

postgres_user() {
	if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

as_postgres() (
	cd / # the other user may not be allowed to be where we are
	if [ "$(id -u)" != 0 ]; then
		exec "$@"
	fi
	command -v setpriv >/dev/null || fail "PostgreSQL refuses to run as root, and setpriv (util-linux) is missing"
	user=$(postgres_user)
	exec setpriv --reuid="$(id -u "$user")" --regid="$(id -g "$user")" --clear-groups "$@"
)
