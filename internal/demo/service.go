package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"sync"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/server"
)

// startServer runs the reference server in this process, on a port of the
// system's choice, and waits until it accepts.
func (s *stage) startServer(ctx context.Context) error {
	token := rand.Text() + rand.Text()
	address := newAnnouncement()
	srv, err := server.Open(ctx, server.Config{
		Addr: "127.0.0.1:0", DatabaseURL: s.database, AdminToken: apikey.NewSecret(token), NoSample: true,
		Out: address, Logger: slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	s.later(srv.Close)
	ended := s.serve(srv)
	select {
	case s.server = <-address.found:
	case err := <-ended:
		return errors.Join(errors.New("demo: the server did not start"), err)
	case <-ctx.Done():
		return ctx.Err()
	}
	s.staff = caller{base: s.server, authorization: "Bearer " + token}
	s.step("server", "%s", s.server)
	return nil
}

// serve runs the server until the demo is cleared. Then it stops: not when the
// demo is interrupted, since the worker still has something to tell.
func (s *stage) serve(srv *server.Server) (ended chan error) {
	ctx, stop := context.WithCancel(context.Background())
	ended = make(chan error, 1)
	var done sync.WaitGroup
	done.Go(func() { ended <- srv.Serve(ctx) })
	s.later(func() error {
		stop()
		done.Wait()
		return nil
	})
	return ended
}

// announcement finds the server's address in what it prints.
type announcement struct {
	found chan string
	once  sync.Once
	said  bytes.Buffer
}

func newAnnouncement() *announcement { return &announcement{found: make(chan string, 1)} }

// Write looks for the line "listening on http://HOST:PORT".
func (a *announcement) Write(text []byte) (int, error) {
	a.said.Write(text)
	for line := range strings.Lines(a.said.String()) {
		address, is := strings.CutPrefix(line, "listening on ")
		if is && strings.HasSuffix(address, "\n") {
			a.once.Do(func() { a.found <- strings.TrimSpace(address) })
		}
	}
	return len(text), nil
}
