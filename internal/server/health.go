package server

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/buildkey/buildkey/apikey"
)

// healthTime is how long the database may take to give a sign of life.
const healthTime = 2 * time.Second

// health answers GET /healthz: 204, or 503 when the database does not answer.
func (s *Server) health(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), healthTime)
	defer cancel()
	err := s.askDatabase(ctx)
	if err != nil {
		err = fmt.Errorf("server: the database gives no sign of life: %w: %w", apikey.ErrUnavailable, err)
	}
	return done(w, err)
}

// askDatabase comes back when ctx ends, also from a database that does not.
func (s *Server) askDatabase(ctx context.Context) error {
	answered := make(chan error, 1)
	go func() {
		var one int
		answered <- s.db.GetContext(ctx, &one, "SELECT 1")
	}()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
