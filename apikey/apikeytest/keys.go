package apikeytest

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

// Keys verifies keys from a map in memory, as a store would from its tables: it
// fits the Keys of a middleware.Guard. The zero Keys holds none and tells the
// time by the wall. It is safe to share.
type Keys struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Catalog gives each verified key the Permits of its Scopes, as a store with
	// that Config.Catalog does: set it where an application has scopes of its own.
	// Nil leaves the Permits that a key was added with.
	Catalog *apikey.Catalog

	mu    sync.Mutex
	byRaw map[string]apikey.Key
}

// Add remembers k and returns the key to present for it.
func (ks *Keys) Add(k apikey.Key) string {
	format, err := apikey.NewFormat("")
	if err != nil {
		panic(err) // the default prefix is at fault
	}
	secret, err := format.Mint(k.ID, rand.Reader)
	if err != nil {
		panic(err) // no randomness to be had
	}
	ks.mu.Lock()
	defer ks.mu.Unlock()
	if ks.byRaw == nil {
		ks.byRaw = map[string]apikey.Key{}
	}
	ks.byRaw[secret.Reveal()] = k
	return secret.Reveal()
}

// Verify returns the key that raw was given for: ErrUnknown for any other, and
// ErrRevoked, ErrExpired or ErrLapsed for one that is dead.
func (ks *Keys) Verify(ctx context.Context, raw string) (apikey.Key, error) {
	if err := ctx.Err(); err != nil {
		return apikey.Key{}, err
	}
	ks.mu.Lock()
	k, ok := ks.byRaw[raw]
	ks.mu.Unlock()
	if !ok {
		return apikey.Key{}, apikey.ErrUnknown
	}
	if err := k.Usable(ks.now()); err != nil {
		return apikey.Key{}, err
	}
	if ks.Catalog != nil {
		k.Permits = ks.Catalog.Expand(k.Scopes)
	}
	return k, nil
}

// Revoke kills the key with that id, now. An id that is not there is no error.
func (ks *Keys) Revoke(id uuid.UUID) {
	ks.mu.Lock()
	defer ks.mu.Unlock()
	for raw, k := range ks.byRaw {
		if k.ID == id {
			k.RevokedAt = ks.now()
			ks.byRaw[raw] = k
		}
	}
}

func (ks *Keys) now() time.Time {
	if ks.Now == nil {
		return time.Now()
	}
	return ks.Now()
}

// Authorize presents raw on the request, as "Authorization: Token <raw>".
func Authorize(r *http.Request, raw string) {
	r.Header.Set("Authorization", "Token "+raw)
}
