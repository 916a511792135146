package devregistry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/devregistry/catalog"
)

// Config says where a registry listens and where it keeps what it was told.
type Config struct {
	Port int    // 0: any free one
	Dir  string // empty: in memory
}

// Registry is a running registry. It is safe for concurrent use. As an [http.Handler] it answers the same requests as its port does.
type Registry struct {
	listener net.Listener
	server   *http.Server
	fresh    *connections
	routes   []route

	mu       sync.RWMutex // held for writing from the first look at the catalog to the commit
	catalog  *catalog.Catalog
	compiled sync.Map // GUID to [protoreflect.FileDescriptor]: content never changes, so neither does what it compiles to
}

// Start returns a registry that answers already. It fails when the port is taken or another process uses the directory.
func Start(c Config) (*Registry, error) {
	known, err := catalog.Open(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("start registry: %w", err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start registry: %w", err), known.Close())
	}
	r := &Registry{listener: listener, catalog: known, fresh: &connections{new: map[net.Conn]bool{}}}
	r.routes = r.table()
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second, ConnState: r.fresh.note}
	go func() { _ = r.server.Serve(listener) }() // ends with Close, and has nothing else to say
	return r, nil
}

// URL returns where clients find the registry, e.g., http://127.0.0.1:41873.
func (r *Registry) URL() string { return "http://" + r.listener.Addr().String() }

// Close answers the requests that have begun, for five seconds at most, and gives port and directory free. Call it once.
func (r *Registry) Close() error {
	_ = r.listener.Close() // the server closes it, too
	r.fresh.cut()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := r.server.Shutdown(ctx); err != nil {
		_ = r.server.Close() // the time is up: whoever is still served is cut off
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.catalog.Close()
}

// descriptor returns what the content of a registered schema compiles to.
func (r *Registry) descriptor(ctx context.Context, c catalog.Content) (protoreflect.FileDescriptor, error) {
	guid := c.GUID()
	if fd, ok := r.compiled.Load(guid); ok {
		return fd.(protoreflect.FileDescriptor), nil
	}
	fd, err := r.compile(ctx, c.Text, c.References)
	if err != nil {
		return nil, err
	}
	r.compiled.Store(guid, fd)
	return fd, nil
}
