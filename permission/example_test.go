package permission_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/permission"
)

// A build key may write, and anybody may read: Read the Docs' rule for builders.
func Example() {
	p := permission.Or(permission.HasBuildAPIKey, permission.Restricted)
	fmt.Println(p)

	r := httptest.NewRequest(http.MethodPatch, "/api/v2/build/7/", nil)
	fmt.Println("nobody:", p.Decide(r, nil).Verdict)

	keyed := r.WithContext(apikey.NewContext(r.Context(), apikey.Key{Project: "1", Version: "2", Build: "7"}))
	fmt.Println("a key: ", p.Decide(keyed, nil).Verdict)
	// Output:
	// (HasBuildAPIKey | Restricted)
	// nobody: Deny
	// a key:  Grant
}

// A Decision says which rule decided, and why it denied.
func ExampleDecision() {
	p := permission.And(permission.HasBuildAPIKey, permission.HasScope("build:update"))
	r := httptest.NewRequest(http.MethodPatch, "/", nil)
	reader := apikey.Key{Project: "1", Scopes: apikey.Scopes{"build:read"}}
	for _, r := range []*http.Request{r, r.WithContext(apikey.NewContext(r.Context(), reader))} {
		d := p.Decide(r, nil)
		fmt.Printf("%s by %s: %s: %s\n", d.Verdict, d.Rule, d.Code, d.Reason)
	}
	// Output:
	// Deny by HasBuildAPIKey: not_authenticated: credentials were not provided
	// Deny by HasScope(build:update): insufficient_scope: the key lacks the scope build:update
}

type article struct{ Author string }

// An object's rule waits until there is an object, under a Not too.
func ExampleForObject() {
	author := permission.ForObject("IsAuthor", func(r *http.Request, a *article) error {
		if r.Header.Get("From") != a.Author {
			return permission.Denied("not_author", "only the author may do this")
		}
		return nil
	})
	banned := permission.New("Banned", func(*http.Request) error { return permission.Denied("", "") })
	p := permission.Not(permission.Or(banned, permission.Not(author)))

	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("From", "ann@example.com")
	fmt.Println("before the object:", p.Decide(r, nil).Verdict)
	fmt.Println("hers:             ", p.Decide(r, &article{"ann@example.com"}).Verdict)
	fmt.Println("another's:        ", p.Decide(r, &article{"bob@example.com"}).Verdict)
	fmt.Println("no article at all:", p.Decide(r, "ann@example.com").Verdict)
	// Output:
	// before the object: Pending
	// hers:              Grant
	// another's:         Deny
	// no article at all: Unknown
}

// A check denies with words for the caller. Whatever else goes wrong is Unknown,
// and an answer to nothing.
func ExampleNew() {
	quota := permission.New("WithinQuota", func(r *http.Request) error {
		switch r.Header.Get("X-Builds") {
		case "":
			return errors.New("the counter does not answer")
		case "11":
			return permission.Denied("quota", "ten builds a day")
		}
		return nil
	})
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	for _, builds := range []string{"1", "11", ""} {
		r.Header.Set("X-Builds", builds)
		d := quota.Decide(r, nil)
		fmt.Println(d.Verdict, d.Code, d.Reason, d.Err)
	}
	// Output:
	// Grant   <nil>
	// Deny quota ten builds a day <nil>
	// Unknown   the counter does not answer
}

// A denial can be told from other errors, wrapped or not.
func ExampleDeniedError() {
	err := fmt.Errorf("publish: %w", permission.Denied("frozen", "the project is frozen"))
	if denied, ok := errors.AsType[*permission.DeniedError](err); ok {
		fmt.Println(denied.Code)
		fmt.Println(denied.Reason)
	}
	// Output:
	// frozen
	// the project is frozen
}

// Explain shows every operand, those that were not asked too.
func ExampleExplain() {
	p := permission.And(
		permission.HasBuildAPIKey,
		permission.HasScope("key:create"),
		permission.Not(permission.AtLevel(apikey.LevelBuild)),
	)
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r = r.WithContext(apikey.NewContext(r.Context(), apikey.Key{Project: "1", Scopes: apikey.Scopes{"build:read"}}))
	fmt.Print(permission.Explain(p, r, nil))
	// Output:
	// Deny (HasBuildAPIKey & HasScope(key:create) & ~AtLevel(build)) [insufficient_scope: the key lacks the scope key:create]
	//   Grant HasBuildAPIKey
	//   Deny HasScope(key:create) [insufficient_scope: the key lacks the scope key:create] <- decided
	//   Skipped ~AtLevel(build) [HasScope(key:create) denied]
	//     Skipped AtLevel(build) [HasScope(key:create) denied]
}

// A Trace is JSON for tools, and one line in a log.
func ExampleTrace() {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	trace := permission.Explain(permission.Not(permission.ReadOnly), r, nil)
	text, err := json.Marshal(trace.Operands)
	fmt.Println(string(text), err)
	fmt.Println(trace.LogValue())
	// Output:
	// [{"permission":"ReadOnly","verdict":"Grant","rule":"ReadOnly","decisive":true}] <nil>
	// Deny by ReadOnly [negated: not allowed: ReadOnly holds]: ~ReadOnly=Grant
}

type admin struct{ name string }

func (admin) IsStaff() bool { return true }

// Whatever type an application has for its users, one method makes it a User. A
// test or a job can say who is asking.
func ExampleUser() {
	r := httptest.NewRequest(http.MethodDelete, "/", nil)
	fmt.Println(permission.IsStaff.Decide(r, nil).Verdict)
	r = r.WithContext(permission.WithUser(r.Context(), admin{"ann"}))
	fmt.Println(permission.IsStaff.Decide(r, nil).Verdict)
	// Output:
	// Deny
	// Grant
}

// weekdays is a permission of one's own type, a leaf like any other.
type weekdays struct{}

func (weekdays) String() string { return "Weekdays" }

func (weekdays) Decide(r *http.Request, _ any) permission.Decision {
	if day := r.Header.Get("X-Day"); day == "Sunday" {
		return permission.Decision{Code: "closed", Reason: "not on a " + day}
	}
	return permission.Decision{Verdict: permission.Grant}
}

func ExamplePermission() {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("X-Day", "Sunday")
	d := permission.And(permission.ReadOnly, weekdays{}).Decide(r, nil)
	fmt.Println(d.Verdict, "by", d.Rule+":", d.Reason)
	// Output:
	// Deny by Weekdays: not on a Sunday
}

// And, Or and Not compose rules. One Verdict in each Decision, rather than one Boolean
// before and one after the object is loaded, keeps a Not from letting anyone in.
func ExampleVerdict() {
	rule := func(v permission.Verdict) permission.Permission {
		return permission.ForObject(v.String(), func(*http.Request, permission.Verdict) error {
			if v == permission.Deny {
				return permission.Denied("", "")
			}
			return nil
		})
	}
	broken := permission.New("Broken", func(*http.Request) error { return errors.New("the database is down") })
	grant, deny := rule(permission.Grant), rule(permission.Deny)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, p := range []permission.Permission{
		permission.And(grant, deny), permission.Or(grant, deny), permission.Not(deny), permission.Not(broken),
	} {
		before, after := p.Decide(r, nil), p.Decide(r, permission.Grant)
		fmt.Println(p, before.Verdict, after.Verdict)
	}
	// Output:
	// (Grant & Deny) Pending Deny
	// (Grant | Deny) Pending Grant
	// ~Deny Pending Grant
	// ~Broken Unknown Unknown
}
