package devregistry

import (
	"net"
	"net/http"
	"sync"
)

// connections are those over which nothing was asked yet. Clients open some in advance, and a server that stops would wait for them.
type connections struct {
	mu  sync.Mutex
	new map[net.Conn]bool
}

// note is the ConnState of an [http.Server].
func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if state == http.StateNew {
		c.new[conn] = true
	} else {
		delete(c.new, conn)
	}
}

// cut closes them.
func (c *connections) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.new {
		_ = conn.Close() // nobody waits for an answer
	}
}
