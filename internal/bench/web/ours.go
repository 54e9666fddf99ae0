package web

import (
	"log/slog"
	"net/http"

	"github.com/buildkey/buildkey/apikey/apikeytest"
	"github.com/buildkey/buildkey/internal/bench/keyring"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// cachedStack verifies through a warm cache that follows a store.
func cachedStack(keys *keyring.Keyring) stack {
	return stack{
		name: "buildkey, keycache", note: "Authenticate and Require(HasBuildAPIKey); a revoked key is refused within a second",
		authorization: "Token " + keys.Raw, around: guarded(keys.Cache),
	}
}

// mapStack verifies against a map, and so shows what the cache adds.
func mapStack(keys *keyring.Keyring) stack {
	inMemory := &apikeytest.Keys{}
	return stack{
		name: "buildkey, map", note: "the same around a map with a lock, which hears of no other process",
		authorization: "Token " + inMemory.Add(keys.Key), around: guarded(inMemory),
	}
}

func guarded(keys middleware.Verifier) func(http.Handler) http.Handler {
	guard := &middleware.Guard{Keys: keys, Logger: slog.New(slog.DiscardHandler)}
	return func(next http.Handler) http.Handler {
		return guard.Authenticate(guard.Require(permission.HasBuildAPIKey)(next))
	}
}
