package apikey_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
)

type scopesFile struct {
	Catalog struct {
		Resources map[string][]string
		Bundles   map[string][]string
		Aliases   map[string]string
	}
	Rows []scopesRow
}

type scopesRow struct {
	ID, Op, Why, Scope, Target string
	In, Granted, Wanted        []string
	Scopes                     apikey.Scopes
	AllowList                  []string `json:"allow_list"`
	Out                        any
	Error                      bool
	ErrorNames                 string `json:"error_names"`
}

func TestScopesVectors(t *testing.T) {
	file := vectors[scopesFile](t, "scopes.json")
	catalog, err := apikey.NewCatalog(apikey.Vocabulary{
		Resources: file.Catalog.Resources, Bundles: file.Catalog.Bundles, Aliases: file.Catalog.Aliases,
	})
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, row := range file.Rows {
		if row.Op == "create" || row.Op == "derive" {
			continue // the store's
		}
		ran++
		t.Run(row.ID, func(t *testing.T) { row.check(t, catalog) })
	}
	if ran < 30 {
		t.Fatalf("only %d rows", ran)
	}
}

func (row scopesRow) check(t *testing.T, catalog *apikey.Catalog) {
	got, err := row.run(t, catalog)
	switch {
	case row.Error && (err == nil || !strings.Contains(err.Error(), row.ErrorNames)):
		t.Errorf("%s: error %v, want one that names %q", row.Why, err, row.ErrorNames)
	case !row.Error && err != nil:
		t.Errorf("%s: %v", row.Why, err)
	case !row.Error && !sameAnswer(got, row.Out):
		t.Errorf("%s: got %v, want %v", row.Why, got, row.Out)
	}
}

func (row scopesRow) run(t *testing.T, catalog *apikey.Catalog) (any, error) {
	switch row.Op {
	case "canonical":
		return catalog.Canonical(row.In...)
	case "covers":
		return catalog.Covers(row.Granted, row.Wanted)
	case "allows":
		l, err := apikey.ParseAllowList(row.AllowList...)
		if err != nil {
			t.Fatal(err)
		}
		target, err := apikey.ParseTarget(row.Target)
		key := apikey.Key{Scopes: row.Scopes, Permits: catalog.Expand(row.Scopes), AllowList: l}
		return key.Allows(row.Scope, target), err
	}
	t.Fatalf("unknown op %q", row.Op)
	return nil, nil
}

func sameAnswer(got, want any) bool {
	list, ok := got.(apikey.Scopes)
	if !ok {
		return got == want
	}
	var names []string
	for _, name := range want.([]any) {
		names = append(names, name.(string))
	}
	slices.Sort(names)
	return slices.Equal(list, names)
}

func TestScopesHas(t *testing.T) {
	for _, row := range []struct {
		name    string
		granted apikey.Scopes
		wanted  string
		want    bool
	}{
		{"nothing granted", nil, "build:read", false},
		{"the scope itself", apikey.Scopes{"build:read"}, "build:read", true},
		{"wildcard", apikey.Scopes{"build:*"}, "build:fly", true},
		{"wildcard of another resource that starts alike", apikey.Scopes{"buildx:*"}, "build:read", false},
		{"every action is not the wildcard", apikey.Scopes{"build:read", "build:create", "build:update", "build:delete"}, "build:*", false},
		{"update implies read", apikey.Scopes{"build:update"}, "build:read", true},
		{"and not the wildcard", apikey.Scopes{"build:update"}, "build:*", false},
		{"delete implies nothing", apikey.Scopes{"build:delete"}, "build:read", false},
		{"a bundle nobody expanded", apikey.Scopes{"buildkey:all"}, "build:read", false},
		{"nor permits itself", apikey.Scopes{"buildkey:all"}, "buildkey:all", false},
		{"no star for resources", apikey.Scopes{"*:*"}, "build:read", false},
		{"an empty wanted scope", apikey.Scopes{"", "build:*"}, "", false},
		{"half a wanted scope", apikey.Scopes{"build", "build:*"}, "build", false},
		{"a scope that is none", apikey.Scopes{"build:Read"}, "build:Read", false},
	} {
		if got := row.granted.Has(row.wanted); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

func TestPermitsStandInForScopes(t *testing.T) {
	key := apikey.Key{Scopes: apikey.Scopes{"build:update"}}
	if !key.HasScope("build:update") {
		t.Error("without Permits the Scopes count")
	}
	key.Permits = apikey.Scopes{}
	if key.HasScope("build:update") {
		t.Error("Permits that are empty and not nil permit nothing")
	}
}
