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
	k, err := s.scanKey(s.reader().QueryRowxContext(ctx, s.text(statement), args...))
	return k, troubleBut(apikey.ErrNotFound, "read a key", err)
}

// scanKey reads a row of selectKey.
func (s *Store) scanKey(from interface{ Scan(...any) error }) (apikey.Key, error) {
	var r row
	if err := from.Scan(&r.id, &r); err != nil {
		return apikey.Key{}, err
	}
	return s.key(&r)
}

// Filter chooses keys. The zero Filter is the newest hundred of all live ones.
type Filter struct {
	Project, Version, Build apikey.ID // "": any
	Dead                    bool      // dead keys too
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
	err := s.eachRow(ctx, selectKey+where+` ORDER BY k.id DESC LIMIT ? OFFSET ?`, args, func(rows *sqlx.Rows) error {
		k, err := s.scanKey(rows)
		if err == nil {
			page.Keys = append(page.Keys, k)
		}
		return err
	})
	if err != nil {
		return Page{}, trouble("list keys", err)
	}
	return page, nil
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
