package devbroker

import (
	"net"
	"sync"
)

// connections can be cut all at once, which kfake itself never does.
type connections struct {
	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]struct{} // nil when cut
}

func (c *connections) listen(network, address string) (net.Listener, error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listener = l
	return &listener{l, c}, nil
}

// cut closes the listener and all connections; the requests on them are lost, or done but not answered.
func (c *connections) cut() {
	c.mu.Lock()
	open := c.open
	c.open = nil
	c.mu.Unlock()
	_ = c.listener.Close()
	for conn := range open {
		_ = conn.Close()
	}
}

type listener struct {
	net.Listener
	conns *connections
}

// Accept counts the connection among those to cut.
func (l *listener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.conns.mu.Lock()
	defer l.conns.mu.Unlock()
	if l.conns.open == nil {
		_ = raw.Close()
		return nil, net.ErrClosed
	}
	conn := &connection{raw, l.conns}
	l.conns.open[conn] = struct{}{}
	return conn, nil
}

type connection struct {
	net.Conn
	conns *connections
}

// Close forgets the connection.
func (c *connection) Close() error {
	c.conns.mu.Lock()
	delete(c.conns.open, c)
	c.conns.mu.Unlock()
	return c.Conn.Close()
}
