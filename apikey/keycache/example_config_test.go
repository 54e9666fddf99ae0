package keycache_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// A Config is checked when the cache is made.
func ExampleConfig() {
	folder := temp()
	defer os.RemoveAll(folder)
	s := newServer(context.Background(), folder, keycache.Config{})
	defer s.db.Close()

	for _, cfg := range []keycache.Config{
		{MaxEntries: 100_000, Bound: 500 * time.Millisecond},
		{MaxBytes: -1},
		{Bound: time.Millisecond},
	} {
		_, err := keycache.New(s.store, cfg)
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// keycache: 0 entries and -1 bytes: a bound cannot be negative
	// keycache: a bound of 1ms is shorter than 10ms, which no heartbeat could keep
}

// Stats show a cache that follows nothing, here for want of Run: it is not Fresh,
// and each request costs a query.
func ExampleStats() {
	ctx, folder := context.Background(), temp()
	defer os.RemoveAll(folder)
	s := newServer(ctx, folder, keycache.Config{})
	defer s.db.Close()
	_, secret, err := s.store.Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: "42"})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		if _, err := s.cache.Verify(ctx, secret.Reveal()); err != nil {
			log.Fatal(err)
		}
	}
	stats := s.cache.Stats()
	fmt.Println("fresh", stats.Fresh, "hits", stats.Hits, "queries", stats.Queries)
	// Output: fresh false hits 0 queries 2
}
