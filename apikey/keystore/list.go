package keystore

import (
	"context"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/jmoiron/sqlx"
)

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
