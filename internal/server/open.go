package server

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"
)

// Open takes the configured address, opens the configured database, brings its
// schema up to date, and makes a server of it. An empty database gets sample data,
// unless the Config says otherwise. Until Close, the address and an SQLite file are
// held for this server alone. An address that cannot be had leaves the database as
// it was. Errors are one line, and say what to do.
func Open(ctx context.Context, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	listener, err := listen(ctx, cfg.Addr)
	if err != nil {
		return nil, err
	}
	s, err := openLocked(ctx, cfg)
	if err != nil {
		listener.Close()
		return nil, err
	}
	s.listener = listener
	return s, nil
}

// openLocked makes a server that holds its database's lock.
func openLocked(ctx context.Context, cfg Config) (*Server, error) {
	lock, err := lockDatabase(ctx, cfg.DatabaseURL)
	if err != nil {
		return nil, err
	}
	s, err := openOwn(ctx, cfg)
	if err != nil {
		unlock(lock)
		return nil, err
	}
	s.lock, s.owned = lock, true
	return s, nil
}

// openOwn makes a server whose database nobody else closes.
func openOwn(ctx context.Context, cfg Config) (*Server, error) {
	if _, err := migrateAt(ctx, cfg.DatabaseURL); err != nil {
		return nil, err
	}
	db, err := openDB(ctx, cfg.DatabaseURL, silenceTime)
	if err != nil {
		return nil, err
	}
	s, err := newServer(ctx, db, cfg)
	if err != nil {
		db.Close()
	}
	return s, advised(cfg.DatabaseURL, err)
}

// Close lets go of the address and the database, if Open took them.
func (s *Server) Close() error {
	if !s.owned {
		return nil
	}
	s.listener.Close() // Serve did, where it ran
	err := closePool(s.db)
	unlock(s.lock)
	return err
}

// closeTime is added to draining and flushing, within the 10 s of a stop.
const closeTime = 500 * time.Millisecond

// closePool closes db. It does not wait for a PostgreSQL server that says nothing:
// lib/pq takes leave of each prepared statement, and waits for an answer.
func closePool(db *sqlx.DB) error {
	if db.DriverName() == "sqlite" {
		return db.Close()
	}
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	select {
	case err := <-closed:
		return err
	case <-time.After(closeTime):
		return nil
	}
}
