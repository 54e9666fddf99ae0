package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// How long things may take. Draining, the store's last write and closing the pool
// together stay below the 10 s within which a server stops.
const (
	headerTime  = 5 * time.Second
	requestTime = 30 * time.Second // reading a request, and what it asks of the database
	answerTime  = requestTime + silenceTime + 5*time.Second
	idleTime    = 2 * time.Minute
	drainTime   = 7 * time.Second
	flushTime   = 2 * time.Second
	maxHeader   = 64 << 10
)

// Serve answers on the Config's address until ctx ends; then it lets running
// requests end and returns nil, within 10 s. It is called once. Once it accepts it prints
// "listening on http://HOST:PORT" and, on a first start, the admin token and lines
// to try. After New, an address that cannot be had is an error that says what to do.
func (s *Server) Serve(ctx context.Context) (err error) {
	listener := s.listener
	if listener == nil {
		if listener, err = listen(ctx, s.cfg.Addr); err != nil {
			return err
		}
	}
	if err := s.announce(ctx, listener.Addr()); err != nil {
		listener.Close()
		return err
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(background) }()
	err = s.answer(ctx, listener)
	stop()
	return errors.Join(err, <-ended)
}

// Run does the work beside the requests until ctx ends: it follows what happens to
// keys, so that most requests verify theirs without asking the database, and writes
// when they were used. Serve runs it; whoever serves Handler alone runs it once. It is
// an error when the last uses cannot be written within 2 s after ctx ended.
func (s *Server) Run(ctx context.Context) error {
	written := make(chan error, 1)
	go func() { written <- s.keys.Run(ctx) }()
	err := s.cache.Run(ctx)
	select {
	case failed := <-written:
		return errors.Join(err, failed)
	case <-time.After(flushTime):
		return errors.Join(err, errors.New("server: the last uses of keys could not be written in time"))
	}
}

// answer serves until ctx ends and its requests are done, or out of time.
func (s *Server) answer(ctx context.Context, listener net.Listener) error {
	h := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       requestTime,
		WriteTimeout:      answerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("server: no longer accepting: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := h.Shutdown(drain); err != nil {
		s.cfg.Logger.Warn("server: cut off the requests that were still running")
		return h.Close()
	}
	return nil
}

// listen takes an address whose host may be left out for 127.0.0.1: an API that
// hands out keys is not opened to every network by default.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("server: the address %q is not HOST:PORT, such as %s", addr, DefaultAddr)
	}
	if host == "" {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("server: %s is in use: stop what listens there, or choose another with --addr (127.0.0.1:0 takes a free port)", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("server: cannot listen on %s: %w: choose another with --addr", addr, err)
	}
	return listener, nil
}

// limitTime ends what a request asks of the database, so that one which hangs is
// answered with 503 in the end.
func limitTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTime)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
