package serving

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/bench/keyring"
	"github.com/buildkey/buildkey/internal/server"
)

// follow opens the site's database a second time, with a cache that follows it.
func follow(ctx context.Context, databaseURL, listen string) (keys *keyring.Keyring, stop func() error, err error) {
	db, err := server.OpenDB(ctx, databaseURL)
	if err != nil {
		return nil, nil, err
	}
	keys, err = keyring.New(ctx, db, listen, 100)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return keys, func() error { return ended(keys, db) }, nil
}

func ended(keys *keyring.Keyring, db *sqlx.DB) error {
	keys.Stop()
	return db.Close()
}
