package apikeytest_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/apikeytest"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// t stands for the *testing.T of a test, and prints what is reported to it.
var t = printing{}

type printing struct{ testing.TB }

func (printing) Helper()                           {}
func (printing) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// A test of one's own routes asks as everybody at once, and reports who is not
// answered as they should be. Here a route forgot that readers may not write.
func ExampleCallers() {
	callers := apikeytest.NewCallers("1", "11", "101")
	guard := &middleware.Guard{Keys: callers.Keys}
	saved := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "saved") })
	forgot := guard.Authenticate(guard.Require(permission.HasBuildAPIKey)(saved))
	right := guard.Authenticate(guard.Require(permission.HasScope("build:update"))(saved))

	want := apikeytest.Statuses{Nobody: 401, Garbage: 401, Dead: 401, Reader: 403, Build: 200, Version: 200, Project: 200}
	patch := func() *http.Request { return httptest.NewRequest("PATCH", "/build/101/", nil) }
	callers.Check(t, forgot, patch, want)
	callers.Check(t, right, patch, want)
	// Output: apikeytest: PATCH /build/101/ as reader: status 200, want 403: saved
}

// Statuses name the callers that a test is about. The others are not asked.
func ExampleStatuses() {
	callers := apikeytest.NewCallers("1", "11", "101")
	guard := &middleware.Guard{Keys: callers.Keys}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") })
	open := guard.Authenticate(guard.Require(permission.Restricted)(page))

	get := func() *http.Request { return httptest.NewRequest("GET", "/", nil) }
	callers.Check(t, open, get, apikeytest.Statuses{Nobody: 200, Foreign: 200, Dead: 401, Garbage: 401})
	callers.Check(t, open, get, apikeytest.Statuses{Nobody: 401})
	// Output: apikeytest: GET / as nobody: status 200, want 401: hello
}

// An application with resources of its own gives the keys its catalog, as it
// gives it to its store.
func ExampleCallers_ownResource() {
	vocabulary := apikey.DefaultVocabulary()
	vocabulary.Resources["artifact"] = []string{"read", "create"}
	vocabulary.Bundles = apikey.StandardBundles(vocabulary.Resources)
	catalog, err := apikey.NewCatalog(vocabulary)
	if err != nil {
		log.Fatal(err)
	}
	callers := apikeytest.NewCallers("1", "11", "101")
	guard := &middleware.Guard{Keys: callers.Keys}
	uploaded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "uploaded") })
	upload := guard.Authenticate(guard.Require(permission.HasScope("artifact:create"))(uploaded))

	want := apikeytest.Statuses{Nobody: 401, Reader: 403, Build: 200}
	post := func() *http.Request { return httptest.NewRequest("POST", "/artifacts/", nil) }
	callers.Keys.Catalog = catalog // without, the build's key is refused, too
	callers.Check(t, upload, post, want)
	fmt.Println("checked")
	// Output: checked
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
