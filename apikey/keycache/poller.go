package keycache

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// poller is the feed of SQLite: PRAGMA data_version on a held connection changes
// when any other connection, of any process, has committed. Only then is the
// counter of changes read, which triggers keep.
type poller struct {
	db    *sql.DB
	every time.Duration
	now   func() time.Time
}

// Follow implements [Feed].
func (p *poller) Follow(ctx context.Context, sink Sink) error {
	if p.db.Stats().MaxOpenConnections == 1 {
		return errors.New("keycache: the pool has a single connection, which the feed would hold: allow two or more")
	}
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("keycache: cannot hold a connection: %w", err)
	}
	defer conn.Close()
	var last seen
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		if err := p.look(ctx, conn, &last, sink); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// seen is what the last look told; the zero one differs from any.
type seen struct {
	looked         bool
	version, count int64
}

// look reports what changed since last, then a heartbeat of when the look began.
func (p *poller) look(ctx context.Context, conn *sql.Conn, last *seen, sink Sink) error {
	began := p.now()
	now := seen{looked: true, count: last.count}
	if err := conn.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&now.version); err != nil {
		return fmt.Errorf("keycache: cannot ask for the data version: %w", err)
	}
	if !last.looked || now.version != last.version {
		if err := conn.QueryRowContext(ctx, `SELECT count FROM buildkey_changes`).Scan(&now.count); err != nil {
			return fmt.Errorf("keycache: cannot read the counter of changes: is the schema migrated? %w", err)
		}
	}
	if now.count != last.count || !last.looked {
		sink.AllChanged()
	}
	*last = now
	sink.Beat(began)
	return nil
}
