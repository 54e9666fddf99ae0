package keycache_test

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// wire is a proxy before a PostgreSQL server that can drop all that passes,
// without a word to either side.
type wire struct {
	dsn    string // of the way through the proxy
	mu     sync.Mutex
	silent bool
}

func newWire(t *testing.T, dsn string) *wire {
	t.Helper()
	network, address, through := target(t, dsn)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	w := &wire{dsn: through(listener.Addr().(*net.TCPAddr))}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial(network, address)
			if err != nil {
				client.Close()
				continue
			}
			go w.pass(client, server)
			go w.pass(server, client)
		}
	}()
	return w
}

func (w *wire) cut(silent bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = silent
}

func (w *wire) pass(from, to net.Conn) {
	defer to.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		w.mu.Lock()
		silent := w.silent
		w.mu.Unlock()
		if n > 0 && !silent {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// target is where dsn leads, and the same dsn by way of another address.
func target(t *testing.T, dsn string) (network, address string, through func(*net.TCPAddr) string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		t.Fatalf("the test database's address is no URL: %v", err)
	}
	q := u.Query()
	network, address = "tcp", u.Host
	if folder := q.Get("host"); strings.HasPrefix(folder, "/") {
		port := q.Get("port")
		if port == "" {
			port = "5432"
		}
		network, address = "unix", fmt.Sprintf("%s/.s.PGSQL.%s", folder, port)
	}
	return network, address, func(proxy *net.TCPAddr) string {
		q.Del("host")
		q.Del("port")
		q.Set("sslmode", "disable")
		u.Host, u.RawQuery = proxy.String(), q.Encode()
		return u.String()
	}
}
