package keycache

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/buildkey/buildkey/apikey"
)

// channel is where the triggers of the keystore notify, and the heartbeats too:
// one channel keeps them in order.
const channel = "buildkey"

// listener is the feed of PostgreSQL.
type listener struct {
	db    *sqlx.DB // sends heartbeats
	dsn   string   // of the connection that listens
	every time.Duration
	now   func() time.Time
	log   *slog.Logger
	quiet bool // it was said that no heartbeat comes back
}

// silence is after how many heartbeats without an answer the log is told that
// notifications do not arrive here.
const silence = 20

// Follow implements [Feed].
func (l *listener) Follow(ctx context.Context, sink Sink) error {
	broken := make(chan error, 1)
	conn := pq.NewListener(l.dsn, time.Second, time.Minute, func(event pq.ListenerEventType, err error) {
		if event == pq.ListenerEventDisconnected || event == pq.ListenerEventConnectionAttemptFailed {
			select {
			case broken <- err:
			default:
			}
		}
	})
	defer conn.Close()
	if err := listen(ctx, conn, broken); err != nil {
		return fmt.Errorf("keycache: cannot listen: %w", err)
	}
	sink.All() // what was read before there was a listener is not believed
	beats := &heartbeats{nonce: "b:" + rand.Text() + ":", now: l.now}
	return l.follow(ctx, conn, broken, beats, sink)
}

// listen waits for the connection; Listen itself tries for ever.
func listen(ctx context.Context, conn *pq.Listener, broken <-chan error) error {
	done := make(chan error, 1)
	go func() { done <- conn.Listen(channel) }() // ends with conn.Close at the latest
	select {
	case err := <-done:
		return err
	case err := <-broken:
		return orLost(err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *listener) follow(ctx context.Context, conn *pq.Listener, broken <-chan error, beats *heartbeats, sink Sink) error {
	tick := time.NewTicker(l.every)
	defer tick.Stop()
	sending := make(chan error, 1)
	sending <- nil // none is under way
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-broken:
			return orLost(err)
		case n := <-conn.NotificationChannel():
			if n == nil { // lib/pq connected anew: something may be missing
				return errors.New("keycache: the listening connection was replaced")
			}
			beats.report(n.Extra, sink)
		case <-tick.C:
			l.send(ctx, sending, beats)
		}
	}
}

// send sends a heartbeat unless the one before is still being sent: the loop must
// go on reading meanwhile.
func (l *listener) send(ctx context.Context, sending chan error, beats *heartbeats) {
	select {
	case <-sending:
	default:
		return
	}
	l.tellSilence(ctx, beats)
	payload := beats.next()
	go func() {
		ctx, cancel := context.WithTimeout(ctx, 10*l.every)
		defer cancel()
		_, err := l.db.ExecContext(ctx, `SELECT pg_notify('`+channel+`', $1)`, payload)
		sending <- err
	}()
}

func (l *listener) tellSilence(ctx context.Context, beats *heartbeats) {
	if beats.unheard < silence || l.quiet {
		return
	}
	l.quiet = true
	l.log.LogAttrs(ctx, slog.LevelWarn, "keycache: no notification arrives, so nothing is remembered: ListenDSN must lead to PostgreSQL itself, not to a pooler in transaction mode",
		slog.Int("heartbeats", beats.unheard))
}

// orLost is err, or what to say when lib/pq gave no reason.
func orLost(err error) error {
	if err == nil {
		err = errors.New("keycache: the listening connection was lost")
	}
	return err
}

// heartbeats knows when each was sent. Only the loop of follow touches it.
type heartbeats struct {
	nonce   string // tells this listener's from those of others
	now     func() time.Time
	sent    []time.Time // of the beats from first on, not heard yet
	first   int
	unheard int // sent since one was heard
}

// next is the payload of a new heartbeat, which counts from now.
func (b *heartbeats) next() string {
	if len(b.sent) > 10*silence { // nobody will hear the oldest any more
		b.sent, b.first = b.sent[1:], b.first+1
	}
	b.sent = append(b.sent, b.now())
	b.unheard++
	return b.nonce + strconv.Itoa(b.first+len(b.sent)-1)
}

// report passes a notification on.
func (b *heartbeats) report(payload string, sink Sink) {
	kind, rest, _ := strings.Cut(payload, ":")
	switch {
	case strings.HasPrefix(payload, b.nonce):
		b.heard(strings.TrimPrefix(payload, b.nonce), sink)
	case kind == "b": // another listener's
	case kind == "p" && rest != "":
		sink.Project(apikey.ID(rest))
	case kind == "k":
		if id, err := uuid.Parse(rest); err == nil {
			sink.Key(id)
			return
		}
		sink.All()
	default: // "all", and what nobody here understands
		sink.All()
	}
}

// heard passes a heartbeat on. When one before it did not arrive, other
// notifications may be missing too.
func (b *heartbeats) heard(number string, sink Sink) {
	n, err := strconv.Atoi(number)
	if i := n - b.first; err == nil && i >= 0 && i < len(b.sent) {
		if i > 0 {
			sink.All()
		}
		sink.Beat(b.sent[i])
		b.sent, b.first, b.unheard = b.sent[i+1:], n+1, 0
	}
}
