package oracle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

type listed struct {
	Owner, Direction, Project string
	Scopes                    []string
}

type settings map[string]struct{ Inbound, Outbound string }

type linkRow struct {
	ID, Target, Why string
	Settings        settings
	Links           []listed
	Key             struct {
		Project, Level string
		Scopes         []string
	}
	Reachable bool
	Asks      map[string]bool
	Then      *struct {
		Add, Remove *listed
		Set         settings
		Reachable   bool
		Asks        map[string]bool
	}
}

// TestLinkVectors holds the oracle to the hand-written rows on links. A key
// carries what its links were resolved to, which is done here by the rule.
func TestLinkVectors(t *testing.T) {
	t.Parallel()
	var v struct{ Rows []linkRow }
	load(t, "links.json", &v)
	if len(v.Rows) == 0 {
		t.Fatal("links.json has no rows")
	}
	for _, row := range v.Rows {
		t.Run(row.ID, func(t *testing.T) {
			t.Parallel()
			row.check(t, row.Reachable, row.Asks)
			if row.Then == nil {
				return
			}
			row.edit()
			row.check(t, row.Then.Reachable, row.Then.Asks)
		})
	}
}

func (r *linkRow) edit() {
	if r.Then.Add != nil {
		r.Links = append(r.Links, *r.Then.Add)
	}
	if gone := r.Then.Remove; gone != nil {
		r.Links = slices.DeleteFunc(r.Links, func(l listed) bool {
			return l.Owner == gone.Owner && l.Direction == gone.Direction && l.Project == gone.Project
		})
	}
	if r.Then.Set != nil {
		r.Settings = r.Then.Set
	}
}

func (r *linkRow) check(t *testing.T, reachable bool, asks map[string]bool) {
	t.Helper()
	key := r.key()
	linked := slices.ContainsFunc(key.Links, func(l apikey.Link) bool { return string(l.Project) == r.Target })
	if got := linked || r.Target == r.Key.Project; got != reachable {
		t.Errorf("reachable is %t, want %t: %s", got, reachable, r.Why)
	}
	s := newTextSite(r.Target)
	for scope, want := range asks {
		resource, action, _ := strings.Cut(scope, ":")
		table := s.table(resource)
		if got := s.world.Reach(table, oracle.Caller{Key: &key}, action, s.world.Rows[table][0]); got != want {
			t.Errorf("%s on a row of %s: %t, want %t: %s", scope, r.Target, got, want, r.Why)
		}
	}
}

// newTextSite has one public row of each table, all of the project.
func newTextSite(project string) *site {
	s := newSite()
	for _, t := range s.world.Tables {
		for c := range t.Kinds {
			t.Kinds[c] = oracle.Text
		}
		s.add(t, map[string]any{"id": "row", "project": project, "version": "row", "build": "row", "privacy_level": "public"})
	}
	s.world.Rows[s.projects][0]["id"] = oracle.Of(project)
	return s
}

func (r *linkRow) key() apikey.Key {
	k := apikey.Key{Project: apikey.ID(r.Key.Project), Scopes: r.Key.Scopes, AllowList: everyTarget()}
	if r.Key.Level != "project" {
		k.Version = "v"
	}
	if r.Key.Level == "build" {
		k.Build = "b"
	}
	for _, other := range []string{"A", "B", "C"} {
		if scopes, ok := r.agreed(r.Key.Project, other); ok && other != r.Key.Project {
			k.Links = append(k.Links, apikey.Link{Project: apikey.ID(other), Scopes: scopes})
		}
	}
	return expand(k)
}

// agreed tells whether keys of origin reach target, and for what.
func (r *linkRow) agreed(origin, target string) (apikey.Scopes, bool) {
	in, listedIn := r.entry(target, "inbound", origin)
	_, listedOut := r.entry(origin, "outbound", target)
	setting, ok := r.Settings[origin]
	outOpen := !ok || setting.Outbound == "open"
	if !listedOut && !outOpen || !listedIn && r.Settings[target].Inbound != "open" {
		return nil, false
	}
	if len(in.Scopes) == 0 {
		return apikey.DefaultCatalog().Reads(), true
	}
	return apikey.DefaultCatalog().Expand(in.Scopes), true
}

func (r *linkRow) entry(owner, direction, project string) (listed, bool) {
	i := slices.IndexFunc(r.Links, func(l listed) bool {
		return l.Owner == owner && l.Direction == direction && l.Project == project
	})
	if i < 0 {
		return listed{}, false
	}
	return r.Links[i], true
}
