package keycache_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// server is what one of several servers has: a store in the database that they
// share, and a cache in front of it.
type server struct {
	db    *sqlx.DB
	store *keystore.Store
	cache *keycache.Cache
}

func newServer(ctx context.Context, folder string, cfg keycache.Config) server {
	db := sqlx.MustOpen("sqlite", "file:"+filepath.Join(folder, "keys.db")+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)")
	store, err := keystore.New(db, keystore.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		log.Fatal(err)
	}
	if err := store.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	cache, err := keycache.New(store, cfg)
	if err != nil {
		log.Fatal(err)
	}
	return server{db, store, cache}
}

func temp() (folder string) {
	folder, err := os.MkdirTemp("", "keycache")
	if err != nil {
		log.Fatal(err)
	}
	return folder
}

// Two servers share a database. A key that one of them revokes is refused by the
// other within the Bound, although it remembers the key.
func ExampleCache() {
	ctx, stop := context.WithCancel(context.Background())
	folder := temp()
	defer os.RemoveAll(folder)
	cfg := keycache.Config{Bound: 200 * time.Millisecond} // on PostgreSQL set ListenDSN too
	a := newServer(ctx, folder, cfg)
	b := newServer(ctx, folder, cfg)
	defer a.db.Close()
	defer b.db.Close()
	var running sync.WaitGroup
	running.Go(func() { _ = a.cache.Run(ctx) })
	running.Go(func() { _ = b.cache.Run(ctx) })
	defer running.Wait()
	defer stop()

	key, secret, err := a.store.Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: "42"})
	if err != nil {
		log.Fatal(err)
	}
	for b.cache.Stats().Hits == 0 { // until b answers from memory
		if _, err := b.cache.Verify(ctx, secret.Reveal()); err != nil {
			log.Fatal(err)
		}
		runtime.Gosched()
	}
	fmt.Println("b remembers the key")

	if err := a.store.Revoke(ctx, key.ID, 0); err != nil {
		log.Fatal(err)
	}
	_, err = a.cache.Verify(ctx, secret.Reveal())
	fmt.Println("a refuses it at once:", errors.Is(err, apikey.ErrRevoked))
	for err = nil; err == nil; {
		_, err = b.cache.Verify(ctx, secret.Reveal())
	}
	fmt.Println("so does b, soon:", errors.Is(err, apikey.ErrRevoked))
	// Output:
	// b remembers the key
	// a refuses it at once: true
	// so does b, soon: true
}

// bus is a Feed of one's own. Whoever changes keys sends the news through it.
type bus chan func(keycache.Sink)

func (b bus) Follow(ctx context.Context, sink keycache.Sink) error {
	sink.Beat(time.Now())
	for {
		select {
		case tell := <-b:
			tell(sink)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// A Feed of one's own carries the news where the database does not.
func ExampleFeed() {
	ctx, stop := context.WithCancel(context.Background())
	folder := temp()
	defer os.RemoveAll(folder)
	news := make(bus)
	s := newServer(ctx, folder, keycache.Config{Feed: news, Bound: time.Hour})
	defer s.db.Close()
	var running sync.WaitGroup
	running.Go(func() { _ = s.cache.Run(ctx) })
	defer running.Wait()
	defer stop()
	key, secret, err := s.store.Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: "42"})
	if err != nil {
		log.Fatal(err)
	}

	tell := func(f func(keycache.Sink)) { // and wait until it was heard
		heard := make(chan bool)
		news <- func(sink keycache.Sink) { f(sink); close(heard) }
		<-heard
	}
	verify := func() {
		if _, err := s.cache.Verify(ctx, secret.Reveal()); err != nil {
			log.Fatal(err)
		}
		stats := s.cache.Stats()
		fmt.Println("hits", stats.Hits, "reads", stats.Queries)
	}
	tell(func(sink keycache.Sink) { sink.Beat(time.Now()) })
	verify()
	verify()
	tell(func(sink keycache.Sink) { sink.KeyChanged(key.ID) }) // something happened to it
	verify()
	// Output:
	// hits 0 reads 1
	// hits 1 reads 1
	// hits 1 reads 2
}

// noted is a Sink that prints what it is told, to try a Feed with.
type noted struct{}

func (noted) Beat(time.Time)              { fmt.Println("all is told") }
func (noted) KeyChanged(id uuid.UUID)     { fmt.Println("key", id) }
func (noted) ProjectChanged(id apikey.ID) { fmt.Println("keys of project", id) }
func (noted) AllChanged()                 { fmt.Println("every key") }

// Of a Sink nothing is asked but to listen. A Cache is one.
func ExampleSink() {
	var sink keycache.Sink = noted{}
	sink.KeyChanged(uuid.MustParse("01949f1e-2b3c-7d4e-8f50-61728394a5b6"))
	sink.ProjectChanged("1")
	sink.AllChanged()
	sink.Beat(time.Now())
	// Output:
	// key 01949f1e-2b3c-7d4e-8f50-61728394a5b6
	// keys of project 1
	// every key
	// all is told
}
