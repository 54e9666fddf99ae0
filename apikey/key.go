package apikey

import (
	"time"

	"github.com/google/uuid"
)

// ID names a project, version or build as text: a decimal, a UUID or a slug, as
// the primary key of its table does. No two versions may share an ID, in
// whichever projects, and no two builds, since keys are revoked by it. Where
// slugs or numbers start anew in each project, put the project's before them:
// "docs-12". The empty ID names nothing.
type ID string

// Level is how far a key's attachment goes. The zero Level is no level at all
// and reaches nothing.
type Level uint8

// The levels, widest first.
const (
	LevelProject Level = iota + 1
	LevelVersion
	LevelBuild
)

// String is "project", "version" or "build", and "none" for any other value.
func (l Level) String() string {
	switch l {
	case LevelProject:
		return "project"
	case LevelVersion:
		return "version"
	case LevelBuild:
		return "build"
	}
	return "none"
}

// Key is the record of a build API key. It holds no secret. The zero Key is
// attached to nothing, permits nothing and is not usable.
type Key struct {
	ID   uuid.UUID
	Name string

	// Project, Version and Build are the attachment, fixed for the key's life.
	// Version and Build may be "".
	Project, Version, Build ID

	// Scopes are as asked for, bundles among them.
	Scopes Scopes
	// Permits are the Scopes with their bundles expanded. A store fills them
	// in at verification. Nil: those of Scopes that are no bundle count.
	Permits Scopes
	// AllowList narrows the key to rows. Empty: to none.
	AllowList AllowList

	Parent    uuid.UUID // uuid.Nil unless derived
	CreatedBy string

	// CreatedAt and the times after it are zero until they happen.
	CreatedAt, ActivateBy, ActivatedAt, ExpiresAt, RevokedAt, LastUsedAt time.Time

	// Links are the projects that this key also reaches, resolved at
	// verification.
	Links []Link
	// LinksCut tells whether there were more links than a key carries.
	LinksCut bool
}

// Link lets a key reach another project as a whole, for what Scopes permit.
// Empty Scopes permit nothing.
type Link struct {
	Project ID     `json:"project"`
	Scopes  Scopes `json:"scopes"`
}

// Level is the narrowest part of the attachment that is set. A key without a
// project has no level, whatever else is set.
func (k Key) Level() Level {
	switch {
	case k.Project == "":
		return 0
	case k.Build != "":
		return LevelBuild
	case k.Version != "":
		return LevelVersion
	}
	return LevelProject
}

// IsZero tells whether k is no key at all: it has no id, is attached to nothing and
// permits nothing. Permissions refuse it like a request without a key.
func (k Key) IsZero() bool {
	return k.ID == uuid.Nil && k.Project == "" && k.Version == "" && k.Build == "" && len(k.permits()) == 0
}

// HasScope tells whether the key permits scope, such as "build:update" or
// "build:*". It goes by Permits, or by Scopes where Permits is nil; see
// [Scopes.Has] for the rules.
func (k Key) HasScope(scope string) bool {
	return k.permits().Has(scope)
}

// Allows tells whether the key permits scope on the row that t names: both its
// scopes and its allow list must. It knows nothing of attachments, which only
// the row can tell.
func (k Key) Allows(scope string, t Target) bool {
	return k.HasScope(scope) && k.AllowList.Allows(t)
}

// permits has a pointer to k, which is large.
func (k *Key) permits() Scopes {
	if k.Permits != nil {
		return k.Permits
	}
	return k.Scopes
}
