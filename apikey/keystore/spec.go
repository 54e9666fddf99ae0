package keystore

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/buildkey/buildkey/apikey"
)

// Spec is what to mint. Only Project is required.
type Spec struct {
	// Name is 1 to 100 printable characters, unique among the project's live
	// keys. Empty: one is made up.
	Name string
	// Project, Version and Build are the attachment, fixed for the key's life:
	// up to 128 printable bytes each.
	Project, Version, Build apikey.ID
	// Scopes are names of the store's catalog. Nil is buildkey:builder (the
	// parent's, for Derive); an empty list is an error.
	Scopes apikey.Scopes
	// AllowList narrows the key to rows of types that the catalog knows. Nil is
	// *:* (the parent's, for Derive); an empty list is an error.
	AllowList apikey.AllowList
	// ActivateWithin bounds the wait for the first use, TTL runs from it, and
	// MaxTTL bounds what Renew can reach, from it too. Zero is the default, or
	// the Limits' where that is less; Derive goes by the parent instead.
	ActivateWithin, TTL, MaxTTL time.Duration
	// CreatedBy is who asked for the key, for the record: up to 200 bytes.
	// Empty: the actor of the context.
	CreatedBy string
}

const (
	maxName      = 100
	maxID        = 128
	maxCreatedBy = 200
)

// checkWords collects what is wrong with the fields that are text.
func (s Spec) checkWords(bad *fieldErrors) {
	if s.Name != "" {
		checkName(s.Name, bad)
	}
	checkProject(s.Project, bad)
	bad.id("version", s.Version)
	bad.id("build", s.Build)
	if len(s.CreatedBy) > maxCreatedBy || !printable(s.CreatedBy) {
		bad.add("created_by", "%q is not up to %d printable bytes", clip(s.CreatedBy), maxCreatedBy)
	}
}

func checkName(name string, bad *fieldErrors) {
	if utf8.RuneCountInString(name) > maxName || !printable(name) || strings.TrimSpace(name) != name {
		bad.add("name", "%q is not 1 to %d printable characters without space at its ends", clip(name), maxName)
	}
}

// id refuses what cannot be a project's, version's or build's; "" is left to
// the caller.
func (bad *fieldErrors) id(field string, id apikey.ID) {
	if len(id) > maxID || !printable(string(id)) {
		bad.add(field, "%q is not up to %d printable bytes", clip(string(id)), maxID)
	}
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// storable tells whether a database can hold s. One that it cannot is nobody's id
// and nobody's name, and asking PostgreSQL for it is an error.
func storable[T ~string](s T) bool {
	return utf8.ValidString(string(s)) && !strings.Contains(string(s), "\x00")
}

// clip keeps an error from carrying a megabyte of what it complains about.
func clip(s string) string {
	if len(s) > 2*maxID {
		return s[:2*maxID] + "…"
	}
	return s
}

// checkScopes returns the canonical names, or those of fallback for nil.
func (c *core) checkScopes(names, fallback apikey.Scopes, bad *fieldErrors) apikey.Scopes {
	if names == nil {
		names = fallback
	}
	if len(names) == 0 {
		bad.add("scopes", "the list is empty: leave it out for the default")
		return nil
	}
	scopes, err := c.cfg.Catalog.Canonical(names...)
	bad.addError("scopes", err)
	return scopes
}

// checkAllowList returns the canonical list, or fallback for nil.
func (c *core) checkAllowList(list, fallback apikey.AllowList, bad *fieldErrors) apikey.AllowList {
	if list == nil {
		list = fallback
	}
	if len(list) == 0 {
		bad.add("allow_list", "the list is empty: leave it out for everything")
		return nil
	}
	list, err := apikey.NewAllowList(list...)
	bad.addError("allow_list", err)
	known := c.cfg.Catalog.Resources()
	for _, t := range list {
		if t.Type != "*" && !slices.Contains(known, t.Type) {
			bad.add("allow_list", "%s: type %q is none of %s", t, t.Type, strings.Join(known, ", "))
		}
	}
	return list
}

func everything() apikey.AllowList { return apikey.AllowList{{Type: "*", ID: "*"}} }
