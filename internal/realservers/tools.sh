# buf and protoc for run.sh, which sources this file: the compilers that call evgen as their plugin.
# shellcheck shell=bash disable=SC2154

buf_version=v1.73.0
protoc_version=4.32.1 # of Maven Central: protoc 32.1
tools=$cache/tools
buf=$tools/buf-$buf_version/buf
protoc=$tools/protoc-$protoc_version/protoc

fetch_buf() {
	[ ! -x "$buf" ] || return 0
	local part=$tools/buf.$$ found
	mkdir -p "$part"
	if found=$(installed_buf); then
		cp "$found" "$part/buf"
	else
		say "installing buf $buf_version into $tools (a minute, once)"
		GOBIN=$part go install "github.com/bufbuild/buf/cmd/buf@$buf_version" >&2 ||
			fail "go install did not build buf $buf_version (see above): is the Go module proxy reachable?"
	fi
	publish "$part" "$(dirname "$buf")"
}

# installed_buf: a buf of the same version that is there for other reasons.
installed_buf() {
	local candidate
	for candidate in "$(command -v buf || true)" "$(go env GOPATH)/bin/buf"; do
		if [ -x "$candidate" ] && [ "v$("$candidate" --version 2>&1)" = "$buf_version" ]; then
			echo "$candidate"
			return
		fi
	done
	return 1
}

# fetch_protoc takes the program that Maven Central has for builds in Java: Debian's is too old for editions.
fetch_protoc() {
	[ ! -x "$protoc" ] || return 0
	command -v mvn >/dev/null || install_packages "protoc comes by Maven, and mvn is not in PATH" maven
	local part=$tools/protoc.$$
	mkdir -p "$part"
	cp "$pom" "$part/pom.xml" # Maven leaves a folder target beside it
	say "downloading protoc $protoc_version into $tools"
	protoc_artifact copy "protoc:$protoc_version:exe:$(protoc_platform)" -DoutputDirectory="$part"
	# The standard imports, which protoc finds beside itself; the jar is for Java, but has their sources.
	protoc_artifact unpack "protobuf-java:$protoc_version" -DoutputDirectory="$part/include" -Dmdep.unpack.includes='google/**/*.proto'
	mv "$part"/protoc-*.exe "$part/protoc"
	chmod +x "$part/protoc"
	rm -rf "$part/pom.xml" "$part/target"
	publish "$part" "$(dirname "$protoc")"
}

# protoc_artifact GOAL ARTIFACT OPTION...
protoc_artifact() {
	local goal=$1 artifact=$2
	shift 2
	mvn --batch-mode --quiet --strict-checksums --file "$part/pom.xml" "dependency:$goal" -Dartifact="com.google.protobuf:$artifact" "$@" </dev/null >&2 ||
		fail "maven did not get $artifact (see above): is repo.maven.apache.org, or a mirror, reachable?"
}

# protoc_platform: e.g., linux-x86_64
protoc_platform() {
	local system machine
	system=$(uname -s | tr '[:upper:]' '[:lower:]')
	machine=$(uname -m)
	case $machine in aarch64 | arm64) machine=aarch_64 ;; esac
	echo "${system/darwin/osx}-$machine"
}
