package apikeytest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/apikeytest"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// A test of one's own routes asks as everybody at once.
func ExampleCallers() {
	callers := apikeytest.NewCallers("1", "11", "101")
	guard := &middleware.Guard{Keys: callers.Keys}
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "hello") })
	handler := guard.Authenticate(guard.Require(permission.HasBuildAPIKey)(hello))

	TestHello := func(t *testing.T) {
		callers.Check(t, handler, func() *http.Request {
			return httptest.NewRequest("GET", "/hello/", nil)
		}, apikeytest.Statuses{Nobody: 401, Dead: 401, Garbage: 401, Build: 200, Version: 200, Project: 200})
	}
	TestHello(&testing.T{})
	fmt.Println("asked")
	// Output: asked
}

// A handler that only reads the context needs no guard to be tested.
func ExampleWithKey() {
	whoami := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k, _ := apikey.FromContext(r.Context())
		fmt.Fprintln(w, k.Level(), k.Build)
	})
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	whoami.ServeHTTP(w, apikeytest.WithKey(r, apikeytest.BuildKey("1", "11", "101")))
	fmt.Print(w.Body)
	// Output: build 101
}

func ExampleKeys() {
	clock := apikeytest.NewClock()
	keys := &apikeytest.Keys{Now: clock.Now}
	key := apikeytest.ProjectKey("1")
	key.ExpiresAt = clock.Now().Add(time.Hour)
	raw := keys.Add(key)
	r := httptest.NewRequest("GET", "/", nil)
	apikeytest.Authorize(r, raw)

	_, err := keys.Verify(r.Context(), raw)
	fmt.Println(err)
	clock.Advance(time.Hour)
	_, err = keys.Verify(r.Context(), raw)
	fmt.Println(err)
	// Output:
	// <nil>
	// apikey: the key has expired: ask for a new one
}

func ExampleClock() {
	clock := apikeytest.NewClock()
	start := clock.Now()
	clock.Advance(90 * time.Minute)
	fmt.Println(clock.Now().Sub(start))
	// Output: 1h30m0s
}
