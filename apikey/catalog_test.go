package apikey_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
)

func TestNewCatalogRefuses(t *testing.T) {
	build := map[string][]string{"build": {"read"}}
	keys := map[string][]string{"key": {"read", "create"}}
	for name, row := range map[string]struct {
		v     apikey.Vocabulary
		names string
	}{
		"a resource in capitals":     {apikey.Vocabulary{Resources: map[string][]string{"Build": {"read"}}}, "Build"},
		"a star as action":           {apikey.Vocabulary{Resources: map[string][]string{"build": {"*"}}}, "build:*"},
		"a star as resource":         {apikey.Vocabulary{Resources: map[string][]string{"*": {"read"}}}, "*:read"},
		"the bundles' own name":      {apikey.Vocabulary{Resources: map[string][]string{"buildkey": {"read"}}}, "buildkey"},
		"a resource with no action":  {apikey.Vocabulary{Resources: map[string][]string{"build": nil}}, "build"},
		"a bundle outside buildkey":  {apikey.Vocabulary{Resources: build, Bundles: map[string][]string{"acme:x": {"build:read"}}}, "acme:x"},
		"a bundle of the unknown":    {apikey.Vocabulary{Resources: build, Bundles: map[string][]string{"buildkey:x": {"robot:read"}}}, "robot:read"},
		"a bundle that derives":      {apikey.Vocabulary{Resources: keys, Bundles: map[string][]string{"buildkey:x": {"key:create"}}}, "key:create"},
		"a bundle of all about keys": {apikey.Vocabulary{Resources: keys, Bundles: map[string][]string{"buildkey:x": {"key:read", "key:*"}}}, "key:*"},
		"a bundle of a bundle":       {apikey.Vocabulary{Resources: build, Bundles: map[string][]string{"buildkey:x": {"buildkey:x"}}}, "buildkey:x"},
		"an alias of the unknown":    {apikey.Vocabulary{Resources: build, Aliases: map[string]string{"r": "robot:read"}}, "robot:read"},
		"an alias over a scope":      {apikey.Vocabulary{Resources: build, Aliases: map[string]string{"build:read": "build:*"}}, "build:read"},
		"an alias as a bundle":       {apikey.Vocabulary{Resources: keys, Aliases: map[string]string{"buildkey:all": "key:*"}}, "buildkey:all"},
		"an alias of all actions":    {apikey.Vocabulary{Resources: keys, Aliases: map[string]string{"robot:*": "key:*"}}, "robot:*"},
		"an alias of every resource": {apikey.Vocabulary{Resources: keys, Aliases: map[string]string{"*:*": "key:*"}}, "*:*"},
		"a star as an alias":         {apikey.Vocabulary{Resources: keys, Aliases: map[string]string{"*": "key:*"}}, `"*"`},
		"an empty alias":             {apikey.Vocabulary{Resources: keys, Aliases: map[string]string{"": "key:*"}}, `""`},
		"an unknown internal name":   {apikey.Vocabulary{Resources: build, Internal: []string{"robot:read"}}, "robot:read"},
	} {
		if _, err := apikey.NewCatalog(row.v); err == nil || !strings.Contains(err.Error(), row.names) {
			t.Errorf("%s: error %v, want one that names %q", name, err, row.names)
		}
	}
}

func TestDefaultCatalog(t *testing.T) {
	var none *apikey.Catalog // nil is the default one
	for wanted, want := range map[string]bool{
		"build:delete": true, "notification:create": true, "project:update": true, "key:create": false,
	} {
		for _, bundle := range []string{apikey.BundleAll, apikey.BundleBuilder} {
			got, err := none.Covers(apikey.Scopes{bundle}, apikey.Scopes{wanted})
			if err != nil || got != want {
				t.Errorf("%s covers %s: %v, %v", bundle, wanted, got, err)
			}
		}
	}
	reads := apikey.Scopes{"build:read", "command:read", "notification:read", "project:read", "version:read"}
	if got := none.Reads(); !slices.Equal(got, reads) {
		t.Errorf("reads are %v", got)
	}
	if got := none.Expand(apikey.Scopes{"buildkey:read", "robot:read", "buildkey:gone"}); !slices.Equal(got, reads) {
		t.Errorf("an unknown name was not dropped: %v", got)
	}
	if got := none.Expand(nil); got == nil || len(got) != 0 {
		t.Errorf("nothing expands to %#v, want an empty list that is not nil", got)
	}
}

func TestCatalogKeepsNoMapOfTheCallers(t *testing.T) {
	v := apikey.DefaultVocabulary()
	catalog, err := apikey.NewCatalog(v)
	if err != nil {
		t.Fatal(err)
	}
	v.Resources["build"][0] = "fly"
	v.Aliases["root"] = apikey.BundleAll
	v.Bundles[apikey.BundleRead][0] = "key:create"
	if _, err := catalog.Canonical("root"); err == nil {
		t.Error("an alias added later is known")
	}
	if ok, err := catalog.Covers(apikey.Scopes{apikey.BundleRead}, apikey.Scopes{"key:create"}); ok || err != nil {
		t.Errorf("a bundle changed later: %v, %v", ok, err)
	}
}

func TestPublicLeavesOutTheInternal(t *testing.T) {
	v := apikey.DefaultVocabulary()
	v.Internal = []string{apikey.ScopeKeyCreate, apikey.BundleAll}
	catalog, err := apikey.NewCatalog(v)
	if err != nil {
		t.Fatal(err)
	}
	scopes, bundles := catalog.Public()
	if slices.Contains(scopes, apikey.ScopeKeyCreate) || bundles[apikey.BundleAll] != nil {
		t.Error("an internal name is public")
	}
	if !slices.IsSorted(scopes) || !slices.Contains(scopes, "build:*") || len(bundles) != 2 {
		t.Errorf("public: %v, %v", scopes, bundles)
	}
}
