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
// again finds it, 200. The database decides between those who come at once. A row
// that is gone by the time again looks is made anew.
func (res resource[T]) insertOnce(ctx context.Context, row queryset.Values, again func(context.Context) (object, error)) (status int, shown object, err error) {
	for range tries {
		id, err := res.table.For(ctx).Insert(ctx, res.db, row)
		if err == nil {
			shown, err := res.made(ctx, id)
			return http.StatusCreated, shown, err
		}
		if !dialect.UniqueViolation(err) {
			return 0, nil, err
		}
		shown, err := again(ctx)
		if !errors.Is(err, apikey.ErrNotFound) {
			return http.StatusOK, shown, err
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

// first is the row for which a condition holds.
func (res resource[T]) first(ctx context.Context, cond string, args ...any) (object, error) {
	rows := []T{}
	if err := res.table.For(ctx).Where(cond, args...).Limit(1).Select(ctx, res.db, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, apikey.ErrNotFound
	}
	shown, err := res.show(ctx, res.db, rows, false)
	if err != nil {
		return nil, err
	}
	return shown[0], nil
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
