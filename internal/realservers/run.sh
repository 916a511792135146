#!/usr/bin/env bash
# Starts and stops the servers that `make test-real` runs the suites against: Apache Kafka (one node, KRaft), PostgreSQL and
# Apicurio Registry, on free ports of 127.0.0.1; and installs buf and protoc. See usage below and CONTRIBUTING.md, "Real servers".
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/evgen
# One state directory per checkout: two working trees never stop each other's servers.
state=${EVGEN_SERVERS_DIR:-$cache/servers-$(cksum <<<"$here" | cut -d' ' -f1)}
case $state in /*) ;; *) state=$PWD/$state ;; esac
down_on_exit=no # no, failure or always

# shellcheck source=internal/realservers/kafka.sh
. "$here/kafka.sh"
# shellcheck source=internal/realservers/postgres.sh
. "$here/postgres.sh"
# shellcheck source=internal/realservers/registry.sh
. "$here/registry.sh"
# shellcheck source=internal/realservers/tools.sh
. "$here/tools.sh"

usage() {
	cat <<'TXT'
usage: run.sh up | down | env | with COMMAND [ARGUMENT...]

  up     start the servers and wait until they answer; does nothing for a server that is up
  down   stop the servers and remove their data
  env    print the addresses and tools as shell code:  eval "$(internal/realservers/run.sh env)"
  with   start servers of its own, run COMMAND with their addresses, stop them whatever happens

EVGEN_SERVERS_DIR is where the servers keep their data. Jars and tools are downloaded once into
${XDG_CACHE_HOME:-$HOME/.cache}/evgen.
TXT
}

say() { printf 'realservers: %s\n' "$*" >&2; }

fail() {
	say "$@"
	exit 1
}

# fail_with_log FILE MESSAGE...: the log goes first, since down removes it.
fail_with_log() {
	local log=$1
	shift
	tail -n 30 "$log" >&2 || true
	fail "$@"
}

main() {
	local command=${1:-}
	[ $# -eq 0 ] || shift
	trap on_exit EXIT
	# Without these a killed script would leave its servers behind.
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	case $command in
	up)
		down_on_exit=failure
		up
		say "addresses are in $state/env"
		;;
	down) down ;;
	env) print_env ;;
	with) with "$@" ;;
	help | -h | --help) usage ;;
	*)
		usage >&2
		exit 2
		;;
	esac
}

on_exit() {
	local status=$?
	case $down_on_exit-$status in
	no-* | failure-0) ;;
	*) down ;;
	esac
	exit "$status"
}

up() {
	find_java
	find_postgres
	fetch_kafka
	fetch_apicurio
	fetch_buf
	fetch_protoc
	format_kafka
	start_kafka # these two need seconds, in which PostgreSQL starts
	start_apicurio
	start_postgres
	await_kafka
	await_apicurio
	cat >"$state/env" <<TXT
EVGEN_TEST_KAFKA=127.0.0.1:$(cat "$state/kafka/port")
EVGEN_TEST_POSTGRES=postgres://evgen@127.0.0.1:$(cat "$state/postgres/port")/postgres?sslmode=disable
EVGEN_TEST_REGISTRY=http://127.0.0.1:$(cat "$state/apicurio/port")/apis/ccompat/v7
EVGEN_TEST_BUF=$buf
EVGEN_TEST_PROTOC=$protoc
TXT
}

down() {
	stop_kafka
	stop_apicurio
	stop_postgres
	rm -f "$state/env"
	[ ! -d "$state" ] || rmdir "$state" 2>/dev/null || say "kept $state: it holds files that run.sh did not write"
}

print_env() {
	[ -f "$state/env" ] || fail "no servers are up in $state: run '$0 up' first"
	sed "s/^\([A-Z_]*\)=\(.*\)/export \1='\2'/" "$state/env"
}

with() {
	[ $# -gt 0 ] || fail "with needs a command, e.g., $0 with go test ./..."
	mkdir -p "$cache"
	# Servers of its own: a run neither meets the topics of another nor stops servers that others use.
	state=$(mktemp -d "$cache/with.XXXXXX")
	down_on_exit=always
	up
	eval "$(print_env)"
	# Without it a suite that misses its server would be skipped, and the run would pass.
	EVGEN_TEST_REAL=required "$@"
}

# install_packages MISSING PACKAGE...
install_packages() {
	local missing=$1
	shift
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		fail "$missing: install it, e.g., with 'apt-get install $*' on Debian"
	fi
	say "$missing: installing $*"
	# An unreachable third-party source fails the update, though Debian's own lists arrived: the install decides.
	apt-get update --quiet >&2 || true
	DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "$@" </dev/null >&2 ||
		fail "apt-get install $* failed (see above)"
}

# publish PART TARGET: a rename, so that an interrupted or concurrent run leaves no half directory. Who comes second, yields.
publish() {
	[ -e "$2" ] || mv "$1" "$2" 2>/dev/null || [ -e "$2" ] || fail "move $1 to $2 failed"
	rm -rf "$1"
}

# free_port [TAKEN]: below the ports that the system hands out to clients, so that none of them takes it before the server does.
free_port() {
	local port
	while :; do
		port=$((15000 + (RANDOM * 32768 + RANDOM) % 15000))
		if [ "$port" != "${1:-}" ] && ! listens "$port"; then
			echo "$port"
			return
		fi
	done
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

main "$@"
