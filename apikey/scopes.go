package apikey

import (
	"slices"
	"strings"
)

// bundleSpace is the part before the colon of every bundle's name. It is never
// a resource, so that a bundle which nobody expanded permits nothing.
const bundleSpace = "buildkey"

// Scopes are names: "build:update" is one action on one resource type,
// "build:*" every action on it, "buildkey:builder" a bundle of such names.
// Empty permits nothing.
type Scopes []string

// Has tells whether the names in s permit scope. "build:*" permits every action
// on builds, later ones too; "build:update" permits "build:read"; a bundle that
// was not expanded permits nothing. Naming every action does not permit
// "build:*". A string that is no scope is not permitted.
func (s Scopes) Has(scope string) bool {
	if slices.Contains(s, scope) {
		return IsScope(scope) // and no bundle
	}
	resource, action, ok := strings.Cut(scope, ":")
	if !ok || !validScope(resource, action) {
		return false
	}
	return slices.ContainsFunc(s, func(name string) bool { return permits(name, resource, action) })
}

// permits tells whether name permits more than just itself, and this too.
func permits(name, resource, action string) bool {
	if len(name) <= len(resource)+1 || name[len(resource)] != ':' || name[:len(resource)] != resource {
		return false
	}
	granted := name[len(resource)+1:]
	return granted == "*" || granted == "update" && action == "read"
}

func validScope(resource, action string) bool {
	return isWord(resource) && resource != bundleSpace && (action == "*" || isWord(action))
}

// IsScope tells whether name reads as "resource:action" or "resource:*". A
// bundle does not.
func IsScope(name string) bool {
	resource, action, ok := strings.Cut(name, ":")
	return ok && validScope(resource, action)
}
