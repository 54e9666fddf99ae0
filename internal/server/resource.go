package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// resource is one kind of row over HTTP: found, listed and changed through its
// table's queryset, and by nothing else.
type resource[T any] struct {
	db      queryset.DB
	table   *queryset.Table
	fields  fields
	filters []filter
	// dress adds what is not a column to rows that were found: for a list less
	// of it, where it is large. Nil: nothing.
	dress func(ctx context.Context, db queryset.DB, rows []T, listed bool) error
}

// get is the row as the caller may see it.
func (res resource[T]) get(ctx context.Context, db queryset.DB, id any) (row T, shown object, err error) {
	rows := make([]T, 1)
	if err := res.table.For(ctx).Get(ctx, db, &rows[0], id); err != nil {
		return row, nil, err
	}
	all, err := res.show(ctx, db, rows, false)
	if err != nil {
		return row, nil, err
	}
	return rows[0], all[0], nil
}

// getToChange is get for a caller who wants to change the row: one whose key
// may change none learns that first, whether the row exists or not.
func (res resource[T]) getToChange(ctx context.Context, db queryset.DB, id any) (row T, shown object, err error) {
	if err := res.permits(ctx, db, "update"); err != nil {
		return row, nil, err
	}
	return res.get(ctx, db, id)
}

// permits lets the queryset say whether the caller may do this to any row at all.
func (res resource[T]) permits(ctx context.Context, db queryset.DB, action string) error {
	_, _, err := res.table.For(ctx).Predicate(ctx, db, action, "")
	return err
}

// refusal is why a row is not changed: for a caller who may read it and not change
// it, it is not there, whatever else is wrong. (A body that changes nothing is no
// change, and comes not this far.)
func (res resource[T]) refusal(ctx context.Context, db queryset.DB, id any, why error) error {
	if errors.Is(why, apikey.ErrUnavailable) {
		return why
	}
	if mine, err := res.mayUpdate(ctx, db, id); err == nil && !mine {
		return apikey.ErrNotFound
	}
	return why
}

// mayUpdate tells whether the row is there for the caller to change.
func (res resource[T]) mayUpdate(ctx context.Context, db queryset.DB, id any) (bool, error) {
	mine, args, err := res.table.For(ctx).Predicate(ctx, db, "update", "")
	if err != nil {
		return false, err
	}
	query := queryset.Rebind(db, "SELECT 1 FROM "+res.table.Name+" WHERE id = ? AND "+mine)
	rows, err := db.QueryContext(ctx, query, append([]any{id}, args...)...)
	if err != nil {
		return false, trouble(err)
	}
	defer rows.Close()
	found := rows.Next()
	return found, trouble(rows.Err())
}

// show dresses rows and makes answers of them.
func (res resource[T]) show(ctx context.Context, db queryset.DB, rows []T, listed bool) ([]object, error) {
	if res.dress != nil {
		if err := res.dress(ctx, db, rows, listed); err != nil {
			return nil, err
		}
	}
	columns, err := res.table.For(ctx).Columns(ctx, db)
	if err != nil {
		return nil, err
	}
	shown := make([]object, len(rows))
	for i, row := range rows {
		if shown[i], err = view(row, columns); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// detail answers GET of one row.
func (res resource[T]) detail(w http.ResponseWriter, r *http.Request) error {
	_, shown, err := res.get(r.Context(), res.db, mux.Vars(r)["id"])
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, shown)
}

// list answers GET of all that the caller reaches, a page at a time.
func (res resource[T]) list(w http.ResponseWriter, r *http.Request) error {
	page, err := pageOf(r)
	if err != nil {
		return err
	}
	ctx, q := r.Context(), res.table.For(r.Context())
	if q, err = filtered(q, res.filters, r); err != nil {
		return err
	}
	total, err := q.Count(ctx, res.db)
	if err != nil {
		return err
	}
	rows := []T{}
	if err := q.OrderBy("id").Limit(page.limit).Offset(page.offset).Select(ctx, res.db, &rows); err != nil {
		return err
	}
	shown, err := res.show(ctx, res.db, rows, true)
	if err != nil {
		return err
	}
	return page.write(w, r, total, shown)
}

// patch answers PATCH of one row whose fields change independently.
func (res resource[T]) patch(w http.ResponseWriter, r *http.Request) error {
	return res.patchUpTo(w, r, maxBody)
}

func (res resource[T]) patchUpTo(w http.ResponseWriter, r *http.Request, limit int64) error {
	sent, ctx, id := readBody(w, r, limit), r.Context(), mux.Vars(r)["id"]
	_, shown, err := res.getToChange(ctx, res.db, id)
	if err != nil {
		return err
	}
	if err := res.change(ctx, id, sent, shown); err != nil {
		return res.refusal(ctx, res.db, id, err)
	}
	return res.detail(w, r)
}

// change writes what the body changes in a row that the caller sees as shown.
func (res resource[T]) change(ctx context.Context, id any, sent body, shown object) error {
	in, err := res.fields.decode(sent)
	if err != nil {
		return err
	}
	set, err := res.fields.changes(in, shown)
	if err != nil || len(set) == 0 {
		return err
	}
	return taken(res.table.For(ctx).Update(ctx, res.db, id, set))
}

// insert makes a row and shows it.
func (res resource[T]) insert(ctx context.Context, db queryset.DB, row queryset.Values) (object, error) {
	id, err := res.table.For(ctx).Insert(ctx, db, row)
	if err != nil {
		return nil, taken(err)
	}
	_, shown, err := res.get(ctx, db, id)
	return shown, err
}
