package apikey_test

import (
	"testing"

	"github.com/buildkey/buildkey/apikey"
)

func TestContext(t *testing.T) {
	ctx := t.Context()
	if _, ok := apikey.FromContext(ctx); ok {
		t.Error("a key in an empty context")
	}
	staff := apikey.WithEverything(ctx, "staff")
	if reason, ok := apikey.Everything(staff); !ok || reason != "staff" {
		t.Errorf("everything: %q, %v", reason, ok)
	}
	keyed := apikey.NewContext(staff, apikey.Key{Project: "1"})
	if k, ok := apikey.FromContext(keyed); !ok || k.Project != "1" {
		t.Errorf("got %+v, %v", k, ok)
	}
	if _, ok := apikey.Everything(keyed); ok {
		t.Error("a key in the context does not win over everything")
	}
	if _, ok := apikey.Everything(apikey.WithEverything(keyed, "staff")); ok {
		t.Error("nor when everything came after it")
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = apikey.FromContext(keyed) }); n != 0 {
		t.Errorf("FromContext allocates %v times", n)
	}
}

func TestWithEverythingNeedsAReason(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	apikey.WithEverything(t.Context(), "")
}
