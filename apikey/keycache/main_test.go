package keycache_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq"

	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// The variables that make this test program a server process with a cache.
const (
	childDSN    = "BUILDKEY_TEST_CHILD_DSN"
	childListen = "BUILDKEY_TEST_CHILD_LISTEN"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		if err := serve(dsn, os.Getenv(childListen)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serve answers 204 to a key that its cache verifies, 401 to any other, and its
// counters' Fresh and Hits to /stats, until its standard input is closed.
func serve(dsn, listenDSN string) error {
	db, err := sqlx.Connect("postgres", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	store, err := keystore.New(db, keystore.Config{Logger: silent})
	if err != nil {
		return err
	}
	cache, err := keycache.New(store, keycache.Config{ListenDSN: listenDSN, Bound: bound, Logger: silent})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { _ = cache.Run(ctx) }()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	server := &http.Server{Handler: answers(cache), ReadHeaderTimeout: time.Second}
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func answers(cache *keycache.Cache) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stats" {
			stats := cache.Stats()
			fmt.Fprintln(w, stats.Fresh, stats.Hits)
			return
		}
		if _, err := cache.Verify(r.Context(), r.Header.Get("Authorization")); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
