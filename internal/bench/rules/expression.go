package rules

import (
	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/permission"
)

// expression is one permission, written for each engine.
type expression struct {
	title string
	// plain is the meaning, in Go.
	plain func(caller) bool
	// ours is this library's.
	ours permission.Permission
	// casbinRule matches a request with one rule for each key; casbinFacts decides by
	// the request alone.
	casbinRule, casbinFacts string
	// cedarKey is the condition under which a policy permits a key, and cedarAnyone what
	// permits without one.
	cedarKey, cedarAnyone string
}

// route is what a build API asks of most routes.
func route() expression {
	return expression{
		title: "(HasBuildAPIKey & HasScope(build:update)) | Restricted",
		plain: func(c caller) bool { return c.Update() || c.Safe() || c.Staff },
		ours: permission.Or(permission.And(permission.HasBuildAPIKey, permission.HasScope("build:update")),
			permission.Restricted),
		casbinRule:  `r.safe == "yes" || r.staff == "yes" || r.id == p.id && p.update == "yes"`,
		casbinFacts: `r.caller.Keyed && r.caller.MayUpdate || r.caller.ReadsOnly || r.caller.Staff`,
		cedarKey:    `principal.update`,
		cedarAnyone: `context.staff || ["GET", "HEAD", "OPTIONS"].contains(context.method)`,
	}
}

// deep has five operators above its deepest leaf.
func deep() expression {
	return expression{
		title: "depth 5: IsStaff | (HasBuildAPIKey & HasScope(build:update) & ~(HasScope(key:create) | ~AtLevel(build)))",
		plain: func(c caller) bool { return c.Staff || c.Update() && !(c.Create() || c.Level != apikey.LevelBuild) },
		ours: permission.Or(permission.IsStaff, permission.And(permission.HasBuildAPIKey, permission.HasScope("build:update"),
			permission.Not(permission.Or(permission.HasScope("key:create"), permission.Not(permission.AtLevel(apikey.LevelBuild)))))),
		casbinRule:  `r.staff == "yes" || r.id == p.id && p.update == "yes" && !(p.create == "yes" || !(p.level == "build"))`,
		casbinFacts: `r.caller.Staff || r.caller.Keyed && r.caller.MayUpdate && !(r.caller.MayCreate || !(r.caller.At == "build"))`,
		cedarKey:    `principal.update && !(principal.create || !(principal.level == "build"))`,
		cedarAnyone: `context.staff`,
	}
}
