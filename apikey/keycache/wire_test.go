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
	opened int // connections so far
	lost   int // that many of them pass nothing any more
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
			nth := w.open()
			go w.pass(nth, client, server)
			go w.pass(nth, server, client)
		}
	}()
	return w
}

func (w *wire) cut(silent bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = silent
}

// lose cuts the connections that there are, for ever, and no later one.
func (w *wire) lose() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost = w.opened
}

func (w *wire) open() (nth int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opened++
	return w.opened
}

// connections is how many were opened.
func (w *wire) connections() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.opened
}

func (w *wire) passes(nth int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.silent && nth > w.lost
}

func (w *wire) pass(nth int, from, to net.Conn) {
	defer to.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if n > 0 && w.passes(nth) {
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
