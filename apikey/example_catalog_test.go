package apikey_test

import (
	"fmt"
	"slices"

	"github.com/buildkey/buildkey/apikey"
)

// An application names its own resources and keeps the standard bundles.
func ExampleNewCatalog() {
	resources := map[string][]string{
		"build":    {"read", "update"},
		"artifact": {"read", "create", "sign"},
	}
	catalog, err := apikey.NewCatalog(apikey.Vocabulary{
		Resources: resources,
		Bundles:   apikey.StandardBundles(resources),
		Aliases:   map[string]string{"builder": apikey.BundleBuilder},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	names, err := catalog.Canonical("builder", "artifact:sign")
	fmt.Println(names, err)
	fmt.Println(catalog.Covers(apikey.Scopes{apikey.BundleBuilder}, apikey.Scopes{apikey.BundleRead}))
	_, err = catalog.Canonical("artifact:fly")
	fmt.Println(err)
	// Output:
	// [artifact:sign buildkey:builder] <nil>
	// true <nil>
	// apikey: scope "artifact:fly" is unknown: it is neither resource:action, resource:* nor a bundle of the catalog
}

// A Vocabulary can start from the default one. Internal scopes work like any
// other, and are left out where an application shows what there is.
func ExampleVocabulary() {
	v := apikey.DefaultVocabulary()
	v.Resources["artifact"] = []string{"read", "create", "sign"}
	v.Bundles = apikey.StandardBundles(v.Resources)
	v.Internal = []string{"artifact:sign"}
	catalog, err := apikey.NewCatalog(v)
	if err != nil {
		fmt.Println(err)
		return
	}
	permits := catalog.Expand(apikey.Scopes{apikey.BundleBuilder})
	shown, _ := catalog.Public()
	for _, scope := range []string{"artifact:create", "artifact:sign"} {
		fmt.Println(scope, permits.Has(scope), slices.Contains(shown, scope))
	}
	// Output:
	// artifact:create true true
	// artifact:sign true false
}
