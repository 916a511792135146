# Apicurio Registry for run.sh, which sources this file: fetch, start, stop. It speaks the REST API of Confluent's Schema Registry, and is
# the one registry that a package repository has.
# shellcheck shell=bash disable=SC2154

apicurio_version=3.0.9 # the last that runs on Java 17
apicurio_home=$cache/apicurio-$apicurio_version

fetch_apicurio() {
	[ ! -d "$apicurio_home" ] || return 0
	command -v mvn >/dev/null || install_packages "Apicurio Registry comes by Maven, and mvn is not in PATH" maven
	local part=$apicurio_home.$$
	mkdir -p "$part/repository"
	say "downloading Apicurio Registry $apicurio_version into $apicurio_home (109 MB, once)"
	# Its parent pom is not published. Newer versions of the plugin ask for it even so, and 2.8 writes to no directory but a repository.
	(cd "$part" && mvn --batch-mode --quiet --strict-checksums -Dmaven.repo.local="$part/repository" \
		org.apache.maven.plugins:maven-dependency-plugin:2.8:get \
		-Dartifact="io.apicurio:apicurio-registry-app:$apicurio_version:tar.gz:all" -Dtransitive=false </dev/null >&2) ||
		fail "maven did not get Apicurio Registry (see above): is repo.maven.apache.org, or a mirror, reachable?"
	tar -xzf "$part"/repository/io/apicurio/apicurio-registry-app/*/*-all.tar.gz -C "$part" || fail "the archive of Apicurio Registry is broken"
	rm -rf "$part/repository"
	publish "$part" "$apicurio_home"
}

start_apicurio() {
	! apicurio_lives || return 0
	rm -rf "$state/apicurio"
	mkdir -p "$state/apicurio"
	local port
	port=$(free_port "$(cat "$state/kafka/port")")
	# In memory, and with the port on the command line too, by which apicurio_lives knows the process again.
	APICURIO_STORAGE_KIND=sql APICURIO_STORAGE_SQL_KIND=h2 QUARKUS_HTTP_ACCESS_LOG_ENABLED=false \
		nohup "$java" -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
		-Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port="$port" -Devgen.state="$state/apicurio" \
		-jar "$apicurio_home/apicurio-registry-app-$apicurio_version-runner.jar" </dev/null >"$state/apicurio/log" 2>&1 &
	echo $! >"$state/apicurio/pid"
	echo "$port" >"$state/apicurio/port"
}

# apicurio_lives looks at the command line too: after a reboot the number may be another process's.
apicurio_lives() {
	[ -f "$state/apicurio/pid" ] &&
		ps -ww -o args= -p "$(cat "$state/apicurio/pid")" 2>/dev/null | grep -qF "evgen.state=$state/apicurio"
}

await_apicurio() {
	local deadline=$((SECONDS + 90))
	until apicurio_answers "$(cat "$state/apicurio/port")"; do
		apicurio_lives || fail_with_log "$state/apicurio/log" "Apicurio Registry ended while starting (its log is above)"
		[ $SECONDS -lt $deadline ] || fail_with_log "$state/apicurio/log" "Apicurio Registry did not answer within 90 s (its log is above)"
		sleep 0.1
	done
}

# apicurio_answers PORT: its port opens a second before the storage is ready. There may be no curl.
apicurio_answers() (
	exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
	printf 'GET /health/ready HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
	read -r -t 5 _ status _ <&3 && [ "$status" = 200 ]
) 2>/dev/null

stop_apicurio() {
	if apicurio_lives; then
		local pid deadline=$((SECONDS + 15))
		pid=$(cat "$state/apicurio/pid")
		kill "$pid" 2>/dev/null || true
		while apicurio_lives; do
			if [ $SECONDS -ge $deadline ]; then
				say "Apicurio Registry (process $pid) did not stop within 15 s: killed"
				kill -KILL "$pid" 2>/dev/null || true
				break
			fi
			sleep 0.05
		done
	fi
	rm -rf "$state/apicurio"
}
