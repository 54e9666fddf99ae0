package keycache

import (
	"context"
	"net"
	"time"
)

// dialer makes connections that end with a context. lib/pq waits without end for
// a server that says nothing, and holds the lock meanwhile that its Close needs.
type dialer struct{ ctx context.Context }

// Dial implements pq.Dialer.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialTimeout(network, address, 0)
}

// DialTimeout implements pq.Dialer. Zero is no timeout.
func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: timeout}).DialContext(d.ctx, network, address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(d.ctx, func() { _ = conn.Close() })
	return conn, nil
}
