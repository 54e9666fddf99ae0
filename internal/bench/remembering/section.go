// Package remembering measures how much memory cached keys take.
package remembering

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/bench/database"
	"github.com/buildkey/buildkey/internal/bench/keyring"
	"github.com/buildkey/buildkey/internal/bench/report"
)

// Section caches that many keys of builds from a SQLite file in the folder.
func Section(ctx context.Context, folder string, keys int) (section report.Section, err error) {
	section = report.Section{
		Title: "7. Memory",
		Text: "Keys of builds with the scopes of buildkey:builder, verified once each. The heap is measured after garbage " +
			"collection, with the cache empty and full.",
	}
	db, err := database.OpenSQLite(folder, "remembering.db")
	if err != nil {
		return section, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ring, err := keyring.New(ctx, db, "", keys+keys/2)
	if err != nil {
		return section, err
	}
	defer ring.Stop()
	secrets, err := mint(ctx, db, ring, keys)
	if err != nil {
		return section, err
	}
	section.Facts, err = fill(ctx, ring, secrets)
	return section, err
}

// mint makes keys in one transaction, and starts their clocks in one statement.
func mint(ctx context.Context, db *sqlx.DB, ring *keyring.Keyring, keys int) ([]apikey.Secret, error) {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	store, secrets := ring.Store.In(tx), make([]apikey.Secret, keys)
	for i := range secrets {
		spec := keyring.Build
		spec.Build = apikey.ID(fmt.Sprint(100_000 + i))
		if _, secrets[i], err = store.Create(ctx, spec); err != nil {
			return nil, err
		}
	}
	const use = "UPDATE buildkey_keys SET activated_at = created_at, expires_at = created_at + ttl WHERE activated_at IS NULL"
	if _, err := tx.ExecContext(ctx, use); err != nil {
		return nil, err
	}
	return secrets, tx.Commit()
}

// fill verifies every key and tells what that made of the heap.
func fill(ctx context.Context, ring *keyring.Keyring, secrets []apikey.Secret) ([]report.Fact, error) {
	empty, before := heap(), ring.Cache.Stats().Entries
	for _, secret := range secrets {
		if _, err := ring.Cache.Verify(ctx, secret.Reveal()); err != nil {
			return nil, err
		}
	}
	full, entries := heap(), ring.Cache.Stats().Entries-before
	runtime.KeepAlive(secrets)
	if entries < len(secrets)*9/10 {
		return nil, fmt.Errorf("remembering: the cache holds %d more keys after %d were verified", entries, len(secrets))
	}
	bytes := float64(full) - float64(empty)
	return []report.Fact{
		{Name: "keys in memory", Value: float64(entries), Unit: "keys"},
		{Name: "heap for them", Value: bytes / (1 << 20), Unit: "MiB"},
		{Name: "for each", Value: bytes / float64(entries), Unit: "bytes"},
	}, nil
}

// heap is what is still in use after garbage collection has come to rest.
func heap() uint64 {
	const collections = 3
	for range collections {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
