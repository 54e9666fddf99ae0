package keystore

import (
	"context"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
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

// Filter chooses keys. The zero Filter is the newest hundred of all live ones.
type Filter struct {
	Project, Version, Build apikey.ID // "": any
	Dead                    bool      // the dead, too
	Limit                   int       // not positive: 100; at most 1000
	Offset                  int       // not positive: 0
}

// Page is a part of a list, newest key first.
type Page struct {
	Keys  []apikey.Key
	Total int64 // of all pages
}

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// List returns the records of keys, without links. Its only errors match
// apikey.ErrUnavailable.
func (s *Store) List(ctx context.Context, f Filter) (Page, error) {
	if !storable(f.Project + f.Version + f.Build) {
		return Page{}, nil
	}
	where, args := f.where(s.now())
	var page Page
	count := s.text(`SELECT count(*) FROM buildkey_keys k WHERE ` + where)
	if err := sqlx.GetContext(ctx, s.reader(), &page.Total, count, args...); err != nil {
		return Page{}, trouble("count keys", err)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	args = append(args, min(limit, maxLimit), max(f.Offset, 0))
	keys, err := s.many(ctx, selectKey+where+` ORDER BY k.id DESC LIMIT ? OFFSET ?`, args...)
	page.Keys = keys
	return page, trouble("list keys", err)
}

func (f Filter) where(now int64) (string, []any) {
	conds, args := []string{"true"}, []any{}
	for _, part := range []struct {
		column string
		id     apikey.ID
	}{{"project", f.Project}, {"version", f.Version}, {"build", f.Build}} {
		if part.id != "" {
			// The second half lets the planner take the partial index.
			conds = append(conds, "k."+part.column+" = ? AND k."+part.column+" <> ''")
			args = append(args, part.id)
		}
	}
	if !f.Dead {
		conds, args = append(conds, live), append(args, now, now)
	}
	return strings.Join(conds, " AND "), args
}

func (s *Store) many(ctx context.Context, statement string, args ...any) ([]apikey.Key, error) {
	rows, err := s.reader().QueryxContext(ctx, s.text(statement), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []apikey.Key
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r); err != nil {
			return nil, err
		}
		k, err := s.key(&r)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}
