package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/buildkey/buildkey/queryset"
)

// insertOnce makes a row, 201, unless a unique index says that it is there; then
// again is asked for its id, 200. The database decides between those who come at
// once. A row that is gone by the time again looks is made anew.
//
// A caller whose row the index refuses is one who may make it: Insert writes
// nothing out of reach. So again need not ask for more than that, and a retry is
// answered whatever else the caller may do.
func (res resource[T]) insertOnce(ctx context.Context, row queryset.Values, again func(context.Context) (apikey.ID, error)) (status int, shown object, err error) {
	for range tries {
		status = http.StatusCreated
		id, err := res.table.For(ctx).Insert(ctx, res.db, row)
		if dialect.UniqueViolation(err) {
			status = http.StatusOK
			id, err = again(ctx)
		}
		if err == nil {
			shown, err = res.made(ctx, id)
		}
		if !errors.Is(err, apikey.ErrNotFound) {
			return status, shown, err
		}
	}
	return 0, nil, conflict("moving", "others keep making and removing the same: try again")
}

// made shows a row to who made it: its id alone to who may create and not read, at
// home or, by a link, in another project.
func (res resource[T]) made(ctx context.Context, id apikey.ID) (object, error) {
	_, shown, err := res.get(ctx, res.db, id)
	if errors.Is(err, apikey.ErrForbidden) || errors.Is(err, apikey.ErrNotFound) {
		return object{{"id", []byte(id)}}, nil
	}
	return shown, err
}

// theSame are the rows that stand in the way of one that the caller may make. It
// is one of the four places with authorization of their own, which is that of
// the Insert before it: a retry is refused nothing that the first try was given.
func (res resource[T]) theSame(cond string, args ...any) queryset.Query {
	return res.table.Unscoped("who may make a row may learn that it is there").Where(cond, args...)
}

// first is the id of one row of q, ErrNotFound when there is none.
func (res resource[T]) first(ctx context.Context, q queryset.Query) (apikey.ID, error) {
	rows := []struct {
		ID int64 `db:"id"`
	}{}
	if err := q.Limit(1).Select(ctx, res.db, &rows); err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return "", apikey.ErrNotFound
	}
	return idOf(rows[0].ID), nil
}

// idempotencyKey is what the request says to tell a retry from another request
// by, "" when it says nothing.
func idempotencyKey(r *http.Request) (string, error) {
	given := r.Header.Values("Idempotency-Key")
	if len(given) == 0 {
		return "", nil
	}
	printable := !strings.ContainsFunc(given[0], func(c rune) bool { return c < '!' || c > '~' })
	if len(given) > 1 || given[0] == "" || len(given[0]) > 255 || !printable {
		return "", invalidField("Idempotency-Key", "must be one header of 1 to 255 printable ASCII characters without space")
	}
	return given[0], nil
}
