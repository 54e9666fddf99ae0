package apikey

import (
	"slices"
	"sync"
)

// The bundles of the default vocabulary.
const (
	BundleBuilder = "buildkey:builder" // every action but those on keys; the default of a new key
	BundleRead    = "buildkey:read"    // every read
	BundleAll     = "buildkey:all"     // every action but those on keys, which must be named
)

// ScopeKeyCreate is what a key needs to derive another. No bundle holds it.
const ScopeKeyCreate = "key:create"

// DefaultVocabulary has the resources project, version, build, command and
// notification with read, create, update and delete, key with create, the
// bundles and the aliases "all" and "builder". Change it before you make
// a catalog of it; each call returns a new one.
func DefaultVocabulary() Vocabulary {
	resources := map[string][]string{}
	for _, name := range []string{"project", "version", "build", "command", "notification"} {
		resources[name] = []string{"read", "create", "update", "delete"}
	}
	v := Vocabulary{
		Resources: resources,
		Bundles:   StandardBundles(resources),
		Aliases:   map[string]string{"all": BundleAll, "builder": BundleBuilder},
	}
	v.Resources["key"] = []string{"create"}
	return v
}

// StandardBundles are the three bundles over resources: buildkey:read is every
// read, buildkey:builder and buildkey:all are every action except those of key.
func StandardBundles(resources map[string][]string) map[string][]string {
	var reads, all []string
	for resource, actions := range resources {
		if resource == "key" {
			continue
		}
		for _, action := range actions {
			all = append(all, resource+":"+action)
		}
		if slices.Contains(actions, "read") {
			reads = append(reads, resource+":read")
		}
	}
	return map[string][]string{BundleRead: reads, BundleBuilder: all, BundleAll: all}
}

// DefaultCatalog is the catalog of [DefaultVocabulary].
func DefaultCatalog() *Catalog { return defaultCatalog() }

var defaultCatalog = sync.OnceValue(func() *Catalog {
	c, err := NewCatalog(DefaultVocabulary())
	if err != nil {
		panic(err) // the vocabulary above is at fault
	}
	return c
})
