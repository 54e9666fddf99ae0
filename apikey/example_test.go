package apikey_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

// A key permits what its scopes name, on the rows that its allow list names.
func ExampleKey_Allows() {
	list, err := apikey.ParseAllowList("build:42", "version:*")
	if err != nil {
		fmt.Println(err)
		return
	}
	key := apikey.Key{Project: "1", Scopes: apikey.Scopes{"build:update", "version:read"}, AllowList: list}
	fmt.Println(key.Allows("build:read", apikey.Target{Type: "build", ID: "42"}))
	fmt.Println(key.Allows("build:read", apikey.Target{Type: "build", ID: "43"}))
	fmt.Println(key.Allows("version:update", apikey.Target{Type: "version", ID: "7"}))
	// Output:
	// true
	// false
	// false
}

// At the very instant of its expiry a key is dead.
func ExampleKey_Usable() {
	noon := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	key := apikey.Key{ActivatedAt: noon.Add(-3 * time.Hour), ExpiresAt: noon}
	fmt.Println(key.Usable(noon.Add(-time.Second)))
	fmt.Println(key.Usable(noon))
	// Output:
	// <nil>
	// apikey: the key has expired: ask for a new one
}

func ExampleLevel() {
	key := apikey.Key{Project: "1", Version: "11", Build: "101"}
	fmt.Println(key.Level(), key.Level() >= apikey.LevelVersion)
	// Output: build true
}

// An ID is a primary key as text, whatever its type.
func ExampleID() {
	build := struct{ ID int64 }{101}
	key := apikey.Key{Project: "docs", Version: "docs-latest", Build: apikey.ID(strconv.FormatInt(build.ID, 10))}
	fmt.Println(key.Project, key.Version, key.Build)
	// Output: docs docs-latest 101
}

// A Secret cannot be printed by accident.
func ExampleSecret() {
	secret := apikey.NewSecret("bk_not_for_logs")
	fmt.Println(secret)
	fmt.Printf("%q %x %#v\n", secret, secret, struct{ Key apikey.Secret }{secret})
	// Output:
	// [redacted]
	// [redacted] [redacted] struct { Key apikey.Secret }{Key:[redacted]}
}

func ExampleFormat() {
	format, err := apikey.NewFormat("ci")
	if err != nil {
		fmt.Println(err)
		return
	}
	id := uuid.MustParse("01949f1e-2b3c-7d4e-8f50-61728394a5b6")
	secret, err := format.Mint(id, rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	got, _, err := format.Parse(secret.Reveal())
	fmt.Println(len(secret.Reveal()), got == id, err)
	_, _, err = format.Parse(secret.Reveal() + "x")
	fmt.Println(err)
	// Output:
	// 74 true <nil>
	// apikey: the key is malformed: check that it was copied whole
}

func ExampleParseTarget() {
	target, err := apikey.ParseTarget(" BUILD:42 ")
	fmt.Println(target, err)
	_, err = apikey.ParseTarget("build 42")
	fmt.Println(err)
	// Output:
	// build:42 <nil>
	// apikey: target "build 42" is not type:id, such as build:42
}

func ExampleAllowList() {
	a, _ := apikey.ParseAllowList("build:*", "version:1")
	b, _ := apikey.ParseAllowList("*:1")
	union, _ := a.Union(b)
	fmt.Println(union.Strings())
	fmt.Println(a.Intersect(b).Strings())
	// Output:
	// [*:1 build:*]
	// [build:1 version:1]
}

func ExampleScopes_Has() {
	permits := apikey.Scopes{"build:*", "version:update"}
	fmt.Println(permits.Has("build:delete"), permits.Has("version:read"), permits.Has("project:read"))
	// Output: true true false
}

// A ScopeError says which scope was missing.
func ExampleScopeError() {
	err := fmt.Errorf("publish the build: %w", apikey.ScopeError{Scope: "build:update"})
	missing, ok := errors.AsType[apikey.ScopeError](err)
	fmt.Println(missing.Scope, ok, errors.Is(err, apikey.ErrForbidden))
	// Output: build:update true true
}

// A store resolves a key's links at verification. Each reaches a project as a
// whole, for what its scopes permit.
func ExampleLink() {
	key := apikey.Key{Project: "1", Links: []apikey.Link{{Project: "2", Scopes: apikey.Scopes{"build:read"}}}}
	for _, link := range key.Links {
		fmt.Println(link.Project, link.Scopes.Has("build:read"), link.Scopes.Has("build:update"))
	}
	// Output: 2 true false
}

// A scanner tells keys from what merely looks like one, without asking anybody.
func ExampleFormat_Parse() {
	format, err := apikey.NewFormat("bk")
	if err != nil {
		fmt.Println(err)
		return
	}
	secret, err := format.Mint(uuid.New(), rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	key := secret.Reveal()
	_, _, err = format.Parse(key)
	fmt.Println("a key:   ", err == nil)
	_, _, err = format.Parse(strings.Replace(key, "_", "_0", 1)[:len(key)])
	fmt.Println("shifted: ", err == nil)
	_, _, err = format.HandleFormat().Parse(key)
	fmt.Println("a handle:", err == nil)
	// Output:
	// a key:    true
	// shifted:  false
	// a handle: false
}
