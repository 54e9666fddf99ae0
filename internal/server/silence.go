package server

import (
	"context"
	"net"
	"time"

	"github.com/lib/pq"
)

// Silence is how long PostgreSQL may say nothing while a request waits for it. It
// is more than a request has, so that a statement which is only slow is cancelled
// in good order first.
const Silence = silenceTime

const silenceTime = requestTime + 3*time.Second

// dialer opens connections that are given up after so long a silence. lib/pq waits
// for an answer without end, whatever the context says: it asks the server to
// cancel, and a server that hangs does not hear that either.
type dialer struct {
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	silence time.Duration
}

var _ pq.DialerContext = dialer{}

// DialContext is what lib/pq calls.
func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &impatient{Conn: conn, silence: d.silence}, nil
}

// Dial is DialContext without a context.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialTimeout is DialContext with a time.
func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// impatient is a connection on which no single read or write takes longer than
// the silence.
type impatient struct {
	net.Conn
	silence time.Duration
	fixed   bool // a deadline of lib/pq's own: connect_timeout
}

// SetDeadline sets a deadline that counts in place of the silence, until it is
// set to zero.
func (c *impatient) SetDeadline(t time.Time) error {
	c.fixed = !t.IsZero()
	return c.Conn.SetDeadline(t)
}

// Read waits for at most the silence.
func (c *impatient) Read(b []byte) (int, error) {
	if !c.fixed {
		if err := c.SetReadDeadline(time.Now().Add(c.silence)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(b)
}

// Write waits for at most the silence.
func (c *impatient) Write(b []byte) (int, error) {
	if !c.fixed {
		if err := c.SetWriteDeadline(time.Now().Add(c.silence)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(b)
}
