# Apache Kafka for run.sh, which sources this file: find Java, fetch the jars, format, start, stop.
# shellcheck shell=bash disable=SC2154

pom=$here/pom.xml
# What Maven fetched, keyed by the pom: another version goes elsewhere.
kafka_home=$cache/kafka-$(cksum <"$pom" | cut -d' ' -f1)
java=
java_options=()

find_java() {
	java=$(java_17) && return
	install_packages "Kafka needs Java 17 or newer, found none in JAVA_HOME, PATH and /usr/lib/jvm" openjdk-17-jre-headless
	java=$(java_17) || fail "openjdk-17-jre-headless is installed, but no Java 17 was found: set JAVA_HOME"
}

java_17() {
	local candidate
	for candidate in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
		if [ -x "$candidate" ] && [ "$(java_version "$candidate" | cut -d. -f1)" -ge 17 ]; then
			echo "$candidate"
			return
		fi
	done
	return 1
}

# java_version JAVA: e.g., 17.0.15
java_version() {
	local version
	version=$("$1" -version 2>&1 | sed -n 's/.* version "\([0-9.]*\).*/\1/p' | sed -n 1p)
	echo "${version:-0}"
}

fetch_kafka() {
	[ ! -d "$kafka_home/libs" ] || return 0
	command -v mvn >/dev/null || install_packages "Kafka's jars come by Maven, and mvn is not in PATH" maven
	local part=$kafka_home/libs.$$
	mkdir -p "$kafka_home"
	say "downloading the jars of Apache Kafka into $kafka_home (44 MB, once)"
	mvn --batch-mode --quiet --strict-checksums --file "$pom" dependency:copy-dependencies \
		-DincludeScope=runtime -DoutputDirectory="$part" </dev/null >&2 ||
		fail "maven did not get the jars that $pom names (see above): is repo.maven.apache.org, or a mirror, reachable?"
	publish "$part" "$kafka_home/libs"
}

# format_kafka keeps a formatted, empty log folder beside the jars: copying it saves the 0.6 s of formatting.
format_kafka() {
	[ ! -d "$kafka_home/formatted" ] || return 0
	local part=$kafka_home/formatted.$$
	mkdir -p "$part"
	server_properties "$part" 9092 9093 >"$part.properties"
	"$java" -cp "$kafka_home/libs/*" kafka.tools.StorageTool format --cluster-id ZXZnZW4tdGVzdC1jbHVzdA \
		--config "$part.properties" >"$part.log" 2>&1 || fail_with_log "$part.log" "kafka did not format $part (see above)"
	rm -f "$part.properties" "$part.log"
	publish "$part" "$kafka_home/formatted"
}

# server_properties LOGDIR PORT CONTROLLER_PORT: small and quick, not safe: one broker that answers in under a second, and
# is back 2 s after kill -9 because its old session ends early.
server_properties() {
	cat <<TXT
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$3
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
advertised.listeners=PLAINTEXT://127.0.0.1:$2
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$1

auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300

default.replication.factor=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1

num.network.threads=1
num.io.threads=2
background.threads=2
log.cleaner.backoff.ms=100
log.cleaner.dedupe.buffer.size=2097152
log.cleaner.io.buffer.size=65536
TXT
}

start_kafka() {
	! kafka_lives || return 0
	rm -rf "$state/kafka"
	mkdir -p "$state/kafka"
	cp -r "$kafka_home/formatted" "$state/kafka/logs"
	local port controller_port
	port=$(free_port)
	controller_port=$(free_port "$port")
	server_properties "$state/kafka/logs" "$port" "$controller_port" >"$state/kafka/server.properties"
	choose_java_options
	nohup "$java" "${java_options[@]}" -cp "$kafka_home/libs/*" kafka.Kafka "$state/kafka/server.properties" \
		</dev/null >"$state/kafka/log" 2>&1 &
	echo $! >"$state/kafka/pid"
	echo "$port" >"$state/kafka/port"
}

# choose_java_options sets what makes the broker small and quick to start. The first broker leaves an archive of its loaded
# classes as it stops (application class data sharing); later ones start from it in half the time.
choose_java_options() {
	java_options=(-Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
		-Dorg.slf4j.simpleLogger.defaultLogLevel=warn
		-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info)
	local archive
	archive=$(class_archive)
	if [ -f "$archive" ]; then
		java_options+=(-XX:SharedArchiveFile="$archive")
	else
		java_options+=(-XX:ArchiveClassesAtExit="$archive.$$")
		echo "$archive.$$" >"$state/kafka/archive"
	fi
}

class_archive() { echo "$kafka_home/classes-$(java_version "$java").jsa"; }

# kafka_lives looks at the command line too: after a reboot the number may be another process's.
kafka_lives() {
	[ -f "$state/kafka/pid" ] &&
		ps -ww -o args= -p "$(cat "$state/kafka/pid")" 2>/dev/null | grep -qF "$state/kafka/server.properties"
}

# await_kafka waits for the line that the broker writes after its controller let it in; its port opens a little earlier.
await_kafka() {
	local deadline=$((SECONDS + 60))
	until grep -qs 'Kafka Server started' "$state/kafka/log" && listens "$(cat "$state/kafka/port")"; do
		kafka_lives || fail_with_log "$state/kafka/log" "kafka ended while starting (its log is above)"
		[ $SECONDS -lt $deadline ] || fail_with_log "$state/kafka/log" "kafka did not answer within 60 s (its log is above)"
		sleep 0.05
	done
}

stop_kafka() {
	if kafka_lives; then
		local pid deadline=$((SECONDS + 30))
		pid=$(cat "$state/kafka/pid")
		kill "$pid" 2>/dev/null || true
		while kafka_lives; do
			if [ $SECONDS -ge $deadline ]; then
				say "kafka (process $pid) did not stop within 30 s: killed"
				kill -KILL "$pid" 2>/dev/null || true
				break
			fi
			sleep 0.05
		done
		keep_class_archive
	fi
	rm -rf "$state/kafka"
}

keep_class_archive() {
	local part
	part=$(cat "$state/kafka/archive" 2>/dev/null) || return 0
	[ ! -f "$part" ] || publish "$part" "${part%.*}"
}
