package apikey

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Vocabulary is what a [Catalog] is made of. A nil map is an empty one.
type Vocabulary struct {
	// Resources gives each resource type its actions: "build" to "read",
	// "create", "update", "delete" and any other that an application asks for.
	Resources map[string][]string
	// Bundles gives names such as "buildkey:builder" the scopes they stand
	// for. Each name starts with "buildkey:". None may hold another, nor
	// [ScopeKeyCreate], which a key must name itself.
	Bundles map[string][]string
	// Aliases gives other spellings, such as those of before, the scope or
	// bundle that they mean. None is empty, starts with "buildkey:" or holds
	// "*", so that none passes for more than it means.
	Aliases map[string]string
	// Internal are the scopes and bundles that Public leaves out.
	Internal []string
}

// Catalog knows every scope of an application: which names there are, and what
// they permit. Make one with [NewCatalog]; a nil *Catalog is [DefaultCatalog].
// It does not change and is safe to share.
type Catalog struct {
	actions  map[string][]string // by resource, sorted
	bundles  map[string]Scopes   // sorted
	aliases  map[string]string
	internal map[string]bool
}

// NewCatalog checks v and copies it. The error names what is malformed, unknown
// or said twice.
func NewCatalog(v Vocabulary) (*Catalog, error) {
	c := &Catalog{
		actions:  map[string][]string{},
		bundles:  map[string]Scopes{},
		aliases:  maps.Clone(v.Aliases),
		internal: map[string]bool{},
	}
	if err := c.addResources(v.Resources); err != nil {
		return nil, err
	}
	if err := c.addBundles(v.Bundles); err != nil {
		return nil, err
	}
	if err := c.checkAliases(); err != nil {
		return nil, err
	}
	for _, name := range v.Internal {
		if !c.known(name) {
			return nil, fmt.Errorf("apikey: internal scope %q is not in the catalog", name)
		}
		c.internal[name] = true
	}
	return c, nil
}

func (c *Catalog) addResources(resources map[string][]string) error {
	for resource, actions := range resources {
		for _, action := range actions {
			if !validScope(resource, action) || action == "*" {
				return fmt.Errorf("apikey: %q is no scope: resource and action are a lower-case letter with such letters, digits and _ after it, and the resource is not %q", resource+":"+action, bundleSpace)
			}
		}
		if !validScope(resource, "*") || len(actions) == 0 {
			return fmt.Errorf("apikey: resource %q needs a name and at least one action", resource)
		}
		c.actions[resource] = slices.Compact(slices.Sorted(slices.Values(actions)))
	}
	return nil
}

func (c *Catalog) addBundles(bundles map[string][]string) error {
	for name, scopes := range bundles {
		space, word, _ := strings.Cut(name, ":")
		if space != bundleSpace || !isWord(word) {
			return fmt.Errorf("apikey: bundle %q is not named %s:word", name, bundleSpace)
		}
		for _, scope := range scopes {
			if !c.isScope(scope) {
				return fmt.Errorf("apikey: bundle %s holds %q, which is no scope of a resource in the catalog", name, scope)
			}
			if (Scopes{scope}).Has(ScopeKeyCreate) {
				return fmt.Errorf("apikey: bundle %s holds %q: to derive keys a key must name %s itself", name, scope, ScopeKeyCreate)
			}
		}
		c.bundles[name] = slices.Compact(slices.Sorted(slices.Values(scopes)))
	}
	return nil
}

func (c *Catalog) checkAliases() error {
	for alias, name := range c.aliases {
		if alias == "" || strings.HasPrefix(alias, bundleSpace+":") || strings.Contains(alias, "*") {
			return fmt.Errorf("apikey: alias %q of %q: an alias is not empty, does not start with %s: and holds no *", alias, name, bundleSpace)
		}
		if c.known(alias) || !c.known(name) {
			return fmt.Errorf("apikey: alias %q of %q: the alias must be a new name and the other a known one", alias, name)
		}
	}
	return nil
}

// Canonical returns names with aliases replaced, sorted and without duplicates.
// An unknown name is an error naming it. No names give an empty list.
func (c *Catalog) Canonical(names ...string) (Scopes, error) {
	c = c.orDefault()
	out := make(Scopes, 0, len(names))
	for _, name := range names {
		if canonical, ok := c.aliases[name]; ok {
			name = canonical
		}
		if !c.known(name) {
			return nil, fmt.Errorf("apikey: scope %q is unknown: it is neither resource:action, resource:* nor a bundle of the catalog", name)
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Expand returns what names permit, as resource:action and resource:*: bundles
// become what they hold, and names that the catalog does not know (any more)
// permit nothing. The result is sorted, without duplicates and never nil.
func (c *Catalog) Expand(names Scopes) Scopes {
	c = c.orDefault()
	out := make(Scopes, 0, len(names))
	for _, name := range names {
		if canonical, ok := c.aliases[name]; ok {
			name = canonical
		}
		if bundle, ok := c.bundles[name]; ok {
			out = append(out, bundle...)
		} else if c.isScope(name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Covers tells whether granted permits all that wanted permits, whatever the
// names: "buildkey:builder" covers "buildkey:read". Nothing is covered by
// anything. An unknown wanted name is an error naming it; an unknown granted one
// permits nothing.
func (c *Catalog) Covers(granted, wanted Scopes) (bool, error) {
	missing, err := c.Missing(granted, wanted)
	return len(missing) == 0 && err == nil, err
}

// Missing is what wanted permits and granted does not. Its error is that of
// [Catalog.Covers].
func (c *Catalog) Missing(granted, wanted Scopes) (Scopes, error) {
	names, err := c.Canonical(wanted...)
	if err != nil {
		return nil, err
	}
	have := c.Expand(granted)
	return slices.DeleteFunc(c.Expand(names), have.Has), nil
}

// Reads is every read of the catalog: what a link without scopes permits.
func (c *Catalog) Reads() Scopes {
	c = c.orDefault()
	var out Scopes
	for _, resource := range c.Resources() {
		if name := resource + ":read"; c.isScope(name) {
			out = append(out, name)
		}
	}
	return out
}

// Resources are the resource types, sorted.
func (c *Catalog) Resources() []string {
	return slices.Sorted(maps.Keys(c.orDefault().actions))
}

// Public are the scopes and bundles that are not internal, sorted: every
// resource:action, resource:*, and bundle with what it holds.
func (c *Catalog) Public() (scopes Scopes, bundles map[string]Scopes) {
	c = c.orDefault()
	for resource, actions := range c.actions {
		for _, action := range append([]string{"*"}, actions...) {
			if name := resource + ":" + action; !c.internal[name] {
				scopes = append(scopes, name)
			}
		}
	}
	bundles = map[string]Scopes{}
	for name, held := range c.bundles {
		if !c.internal[name] {
			bundles[name] = slices.Clone(held)
		}
	}
	slices.Sort(scopes)
	return scopes, bundles
}

func (c *Catalog) known(name string) bool {
	_, bundle := c.bundles[name]
	return bundle || c.isScope(name)
}

func (c *Catalog) isScope(name string) bool {
	resource, action, _ := strings.Cut(name, ":")
	actions, ok := c.actions[resource]
	return ok && (action == "*" || slices.Contains(actions, action))
}

func (c *Catalog) orDefault() *Catalog {
	if c == nil {
		return DefaultCatalog()
	}
	return c
}
