package permission

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/incontext"
)

// The leaves that need no setting. They read the request's method and context,
// where whoever verified the key has put it, and do no I/O. The zero Key is no
// key to any of them; one without a project is, and reaches no row. They deny a
// caller who presented nothing with [CodeNotAuthenticated], others with
// [CodePermissionDenied].
var (
	// HasBuildAPIKey grants to a verified key.
	HasBuildAPIKey Permission = New("HasBuildAPIKey", func(r *http.Request) error {
		if keyOf(r) == nil {
			return unlessKnown(r, errNoKey)
		}
		return nil
	})
	// Restricted grants the safe methods to anyone and the others to staff. It
	// is Read the Docs' rule.
	Restricted Permission = New("Restricted", func(r *http.Request) error {
		if !safe(r.Method) && !staff(r) {
			return unlessKnown(r, errChangesByStaff)
		}
		return nil
	})
	// ReadOnly grants the safe methods: GET, HEAD and OPTIONS.
	ReadOnly Permission = New("ReadOnly", func(r *http.Request) error {
		if !safe(r.Method) {
			return unlessKnown(r, errReadOnly)
		}
		return nil
	})
	// AllowAny grants to anyone, and shows that this is intended. A route with
	// this permission alone does not even look at a key.
	AllowAny Permission = New("AllowAny", func(*http.Request) error { return nil })
	// DenyAll grants to nobody.
	DenyAll Permission = New("DenyAll", func(r *http.Request) error { return unlessKnown(r, errNobody) })
	// IsStaff grants to a user who is staff.
	IsStaff Permission = New("IsStaff", func(r *http.Request) error {
		if !staff(r) {
			return unlessKnown(r, errNotStaff)
		}
		return nil
	})
	// IsAuthenticated grants to a verified key and to any user.
	IsAuthenticated Permission = New("IsAuthenticated", func(r *http.Request) error {
		return unlessKnown(r, nil)
	})
)

// The denials of the leaves above, made once so that denying allocates nothing.
var (
	errAnonymous      = Denied(CodeNotAuthenticated, "credentials were not provided")
	errNoKey          = Denied(CodePermissionDenied, "only a build API key may do this")
	errChangesByStaff = Denied(CodePermissionDenied, "only staff may change this")
	errReadOnly       = Denied(CodePermissionDenied, "this can only be read")
	errNobody         = Denied(CodePermissionDenied, "nobody may do this")
	errNotStaff       = Denied(CodePermissionDenied, "only staff may do this")
)

// HasScope grants to a verified key that permits scope, such as "build:update"
// or "build:*"; see [apikey.Scopes.Has]. A key without it is denied with
// [CodeInsufficientScope]. A name that is neither resource:action nor
// resource:* panics, a bundle too.
func HasScope(scope string) Permission {
	if !apikey.IsScope(scope) {
		panic(fmt.Sprintf("permission: HasScope(%q) needs resource:action or resource:*", scope))
	}
	missing := missingScope(scope)
	return New("HasScope("+scope+")", func(r *http.Request) error {
		k := keyOf(r)
		if k == nil {
			return unlessKnown(r, errNoKey)
		}
		names := permits(k)
		if !slices.Contains(names, scope) && !names.Has(scope) { // the name itself was checked above
			return missing
		}
		return nil
	})
}

// AtLevel grants to a verified key of exactly this level. Any other value than
// the three levels panics.
func AtLevel(l apikey.Level) Permission {
	if l < apikey.LevelProject || l > apikey.LevelBuild {
		panic(fmt.Sprintf("permission: AtLevel(%d) needs LevelProject, LevelVersion or LevelBuild", l))
	}
	other := Denied(CodePermissionDenied, "only a key of the level "+l.String()+" may do this")
	return New("AtLevel("+l.String()+")", func(r *http.Request) error {
		k := keyOf(r)
		switch {
		case k == nil:
			return unlessKnown(r, errNoKey)
		case k.Level() != l:
			return other
		}
		return nil
	})
}

// keyOf is the request's key, nil when it has none. It is not copied, since every
// leaf asks for it: nobody may change it.
func keyOf(r *http.Request) *apikey.Key {
	k, _ := r.Context().Value(incontext.Key{}).(*apikey.Key)
	if k == nil || k.ID == (apikey.Key{}).ID && k.IsZero() {
		return nil
	}
	return k
}

// permits is what [apikey.Key.HasScope] goes by, without its copy of the key.
func permits(k *apikey.Key) apikey.Scopes {
	if k.Permits != nil {
		return k.Permits
	}
	return k.Scopes
}

func staff(r *http.Request) bool {
	u, ok := UserFrom(r.Context())
	return ok && u.IsStaff()
}

// unlessKnown is denied for a caller who is somebody, and a denial that asks for
// credentials for one who is not.
func unlessKnown(r *http.Request, denied error) error {
	if _, user := UserFrom(r.Context()); user {
		return denied
	}
	if keyOf(r) != nil {
		return denied
	}
	return errAnonymous
}

// safe tells whether a method only reads. TRACE, which RFC 9110 section 9.2.1
// calls safe too, is left out, as in Django REST framework: no handler of rows
// serves it.
func safe(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	}
	return false
}
