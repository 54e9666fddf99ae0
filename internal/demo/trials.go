package demo

import (
	"context"
	"fmt"
	"net/http"
)

// attempt is a use of the copied key, or of the handle, and what came of it.
type attempt struct {
	what string
	want int // the status that is right
	answer
	err error
}

// failure is nil when the answer was the right one.
func (a attempt) failure() error {
	switch {
	case a.err != nil:
		return a.err
	case a.status != a.want:
		return fmt.Errorf("demo: %s: answered %d instead of %d", a.what, a.status, a.want)
	}
	return nil
}

// String is the attempt as a line of the summary.
func (a attempt) String() string {
	return fmt.Sprintf("  %-44s %d  %s", a.what, a.status, a.code)
}

// tryAlive uses the worker's key as a thief would, before the worker has done
// anything with it.
func (s *stage) tryAlive(ctx context.Context, authorization string) {
	s.thief = caller{base: s.server, authorization: authorization}
	s.alive = []attempt{
		s.try(ctx, "its own build", http.StatusOK, http.MethodGet, s.build.path(), nil),
		s.try(ctx, "another build of the same version", http.StatusNotFound, http.MethodGet, s.sibling.path(), nil),
		s.try(ctx, "to cancel that other build", http.StatusNotFound, http.MethodPatch, s.sibling.path(), object{"state": "cancelled"}),
		s.try(ctx, "a key for more", http.StatusForbidden, http.MethodPost, "/api/v2/keys/", object{"project": 1}),
	}
}

// tryDead uses it again when the build is over, and opens the handle again.
func (s *stage) tryDead(ctx context.Context) []attempt {
	return []attempt{
		s.try(ctx, "its own build", http.StatusUnauthorized, http.MethodGet, s.build.path(), nil),
		s.try(ctx, "to change it", http.StatusUnauthorized, http.MethodPatch, s.build.path(), object{"state": "building"}),
		s.try(ctx, "the handle, a second time", http.StatusGone, http.MethodPost, "/api/v2/keys/unwrap/", object{"handle": s.build.handle}),
	}
}

func (s *stage) try(ctx context.Context, what string, want int, method, path string, body any) attempt {
	a, err := s.thief.call(ctx, method, path, body)
	return attempt{what: what, want: want, answer: a, err: err}
}
