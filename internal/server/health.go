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
	var one int
	err := s.db.GetContext(ctx, &one, "SELECT 1")
	if err != nil {
		err = fmt.Errorf("server: the database gives no sign of life: %w: %w", apikey.ErrUnavailable, err)
	}
	return done(w, err)
}
