package server

import "context"

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
	err := s.db.Close()
	unlock(s.lock)
	return err
}
