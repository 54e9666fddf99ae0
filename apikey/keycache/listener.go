package keycache

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/buildkey/buildkey/apikey"
)

// channel is where the triggers of the keystore notify, and the heartbeats too:
// one channel keeps them in order.
const channel = "buildkey"

// listener is the feed of PostgreSQL.
type listener struct {
	db       *sql.DB // sends heartbeats
	dsn      string  // of the connection that listens
	now      func() time.Time
	every    time.Duration
	connect  time.Duration // the longest that connecting and LISTEN may take
	patience time.Duration // with a connection on which no heartbeat comes back
}

// Follow implements [Feed].
func (l *listener) Follow(ctx context.Context, sink Sink) error {
	ctx, hangUp := context.WithCancel(ctx)
	broken := make(chan error, 1)
	conn := pq.NewDialListener(dialer{ctx}, l.dsn, time.Second, time.Minute, func(event pq.ListenerEventType, err error) {
		if event == pq.ListenerEventDisconnected || event == pq.ListenerEventConnectionAttemptFailed {
			select {
			case broken <- err:
			default:
			}
		}
	})
	defer func() {
		hangUp() // before Close, which may have to wait for it
		conn.Close()
		go drain(conn.NotificationChannel())
	}()
	if err := l.listen(ctx, conn, broken); err != nil {
		return fmt.Errorf("keycache: cannot listen: %w", err)
	}
	sink.AllChanged() // what was read before there was a listener is not believed
	beats := &heartbeats{nonce: "b:" + rand.Text() + ":", now: l.now}
	return l.follow(ctx, conn, broken, beats, sink)
}

// drain lets lib/pq get rid of what it has read, and so end.
func drain(rest <-chan *pq.Notification) {
	for range rest {
	}
}

// listen waits for the connection; Listen itself tries for ever.
func (l *listener) listen(ctx context.Context, conn *pq.Listener, broken <-chan error) error {
	done := make(chan error, 1)
	go func() { done <- conn.Listen(channel) }() // ends with conn.Close at the latest
	ctx, cancel := context.WithTimeout(ctx, l.connect)
	defer cancel()
	select {
	case err := <-done:
		return err
	case err := <-broken:
		return orLost(err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// follow gives up a connection on which it hears no heartbeat that was sent: it may
// have been cut without a word.
func (l *listener) follow(ctx context.Context, conn *pq.Listener, broken <-chan error, beats *heartbeats, sink Sink) error {
	tick, silent := time.NewTicker(l.every), time.NewTimer(l.patience)
	defer tick.Stop()
	defer silent.Stop()
	sent, sending := make(chan error, 1), false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-broken:
			return orLost(err)
		case <-silent.C:
			return errSilent
		case n := <-conn.NotificationChannel():
			if n == nil { // lib/pq connected anew: something may be missing
				return errors.New("keycache: the listening connection was replaced")
			}
			if beats.report(n.Extra, sink) {
				silent.Reset(l.patience)
			}
		case err := <-sent:
			sending = false
			if err != nil { // which tells nothing of the connection
				silent.Reset(l.patience)
			}
		case <-tick.C:
			if !sending { // the loop must go on reading meanwhile
				sending = true
				go func(payload string) { sent <- l.send(ctx, payload) }(beats.next())
			}
		}
	}
}

// errSilent names what it can be.
var errSilent = errors.New("keycache: no heartbeat comes back: the connection may have been cut, or ListenDSN does not lead to PostgreSQL itself but to a pooler in transaction mode")

func (l *listener) send(ctx context.Context, payload string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*l.every)
	defer cancel()
	_, err := l.db.ExecContext(ctx, `SELECT pg_notify('`+channel+`', $1)`, payload)
	if full, ok := errors.AsType[*pq.Error](err); ok && full.Code == queueFull {
		_, _ = l.db.ExecContext(ctx, `SELECT pg_notification_queue_usage()`)
	}
	return err
}

// queueFull is what notifications fail with, and so every revocation, while some
// listener keeps the queue of all from being emptied. PostgreSQL empties it after a
// notification that succeeded, or when asked how full it is: else it stays full.
const queueFull = "54000"

// orLost is err, or what to say when lib/pq gave no reason.
func orLost(err error) error {
	if err == nil {
		err = errors.New("keycache: the listening connection was lost")
	}
	return err
}

// heartbeats knows when each was sent. Only the loop of follow touches it.
type heartbeats struct {
	nonce string // tells this listener's from those of others
	now   func() time.Time
	sent  []time.Time // of the beats from first on, not heard yet
	first int
}

// unheard is how many heartbeats are waited for. Nobody will hear older ones.
const unheard = 200

// next is the payload of a new heartbeat, which counts from now.
func (b *heartbeats) next() string {
	if len(b.sent) >= unheard {
		b.sent, b.first = b.sent[1:], b.first+1
	}
	b.sent = append(b.sent, b.now())
	return b.nonce + strconv.Itoa(b.first+len(b.sent)-1)
}

// report passes a notification on, and tells whether it was a heartbeat of its own.
func (b *heartbeats) report(payload string, sink Sink) (beat bool) {
	kind, rest, _ := strings.Cut(payload, ":")
	switch {
	case strings.HasPrefix(payload, b.nonce):
		return b.heard(strings.TrimPrefix(payload, b.nonce), sink)
	case kind == "b": // another listener's
	case kind == "p" && rest != "":
		sink.ProjectChanged(apikey.ID(rest))
	case kind == "k":
		if id, err := uuid.Parse(rest); err == nil {
			sink.KeyChanged(id)
			return false
		}
		sink.AllChanged()
	default: // "all", and what nobody here understands
		sink.AllChanged()
	}
	return false
}

// heard passes a heartbeat on. When one before it did not arrive, other
// notifications may be missing too.
func (b *heartbeats) heard(number string, sink Sink) bool {
	n, err := strconv.Atoi(number)
	i := n - b.first
	if err != nil || i < 0 || i >= len(b.sent) {
		return false
	}
	if i > 0 {
		sink.AllChanged()
	}
	sink.Beat(b.sent[i])
	b.sent, b.first = b.sent[i+1:], n+1
	return true
}
