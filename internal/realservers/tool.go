package realservers

import "testing"

// Buf returns the path of buf. It skips the test when none is configured.
func Buf(t testing.TB) string {
	t.Helper()
	return address(t, bufVariable, "buf")
}

// Protoc returns the path of protoc, of a release that knows editions. It skips the test when none is configured.
func Protoc(t testing.TB) string {
	t.Helper()
	return address(t, protocVariable, "protoc")
}
