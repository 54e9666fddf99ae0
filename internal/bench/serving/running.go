package serving

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/buildkey/buildkey/internal/server"
)

// running does a server's background work until the returned function is called.
func running(ctx context.Context, s *server.Server) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return func() error {
		cancel()
		return <-ended
	}
}

// awaitCache asks for the build until its key was verified from memory.
func (s *site) awaitCache(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for s.server.CacheStats().Hits == 0 {
		if err := s.send(ctx, http.MethodGet, s.path, "Token "+s.key, nil, &struct{}{}); err != nil {
			return fmt.Errorf("serving: waiting for the cache of keys: %w", err)
		}
	}
	return nil
}
