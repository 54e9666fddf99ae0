package keystore

import (
	"context"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

const selectKey = `SELECT k.id, ` + record + ` FROM buildkey_keys k WHERE `

// Get returns the record of a key, dead or alive, without links. Looking at it
// is not using it. Errors: apikey.ErrNotFound, or one that matches
// apikey.ErrUnavailable.
func (s *Store) Get(ctx context.Context, id uuid.UUID) (apikey.Key, error) {
	return s.one(ctx, selectKey+`k.id = ?`, id.String())
}

// ByName returns the live key of the project that has the name; one in its grace
// is alive. Errors: apikey.ErrNotFound, or one that matches
// apikey.ErrUnavailable.
func (s *Store) ByName(ctx context.Context, project apikey.ID, name string) (apikey.Key, error) {
	if !storable(project) || !storable(name) {
		return apikey.Key{}, apikey.ErrNotFound
	}
	now := s.now()
	return s.one(ctx, selectKey+`k.project = ? AND k.held_name = ? AND `+live, project, name, now, now)
}

func (s *Store) one(ctx context.Context, statement string, args ...any) (apikey.Key, error) {
	var r row
	err := s.reader().QueryRowxContext(ctx, s.text(statement), args...).Scan(&r.id, &r)
	if err != nil {
		return apikey.Key{}, troubleBut(apikey.ErrNotFound, "read a key", err)
	}
	k, err := s.key(&r)
	return k, trouble("read a key", err)
}
