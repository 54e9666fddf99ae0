package oracle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

type scoping struct {
	Fixture struct {
		Projects, Versions, Builds, Commands []map[string]any
		Keys                                 []struct {
			ID                      string
			Project, Version, Build int
			Scopes                  []string
			AllowList               []string `json:"allow_list"`
			Revoked                 bool
		}
	}
	Matrix []struct {
		ID, Action, Resource, Why string
		Body                      map[string]any
		Expect                    map[string]int
	}
	Lists []struct {
		Resource string
		Expect   map[string][]int
	}
}

// TestScopingVectors holds the oracle to a matrix that was written by hand: who
// gets which status when reading and changing a row.
func TestScopingVectors(t *testing.T) {
	t.Parallel()
	var v scoping
	load(t, "scoping.json", &v)
	s := newSite()
	v.fill(s)
	callers := v.callers(t)
	checked := 0
	for _, m := range v.Matrix {
		for name, want := range m.Expect {
			caller, known := callers[name]
			if !known || !s.judges(m.Action, m.Resource, want) {
				continue
			}
			checked++
			if got := s.status(caller, m.Action, m.Resource, m.Body); got != want {
				t.Errorf("%s %s %s for %s: %d, want %d: %s", m.ID, m.Action, m.Resource, name, got, want, m.Why)
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d answers were checked", checked)
	}
}

// TestListVectors does the same for lists.
func TestListVectors(t *testing.T) {
	t.Parallel()
	var v scoping
	load(t, "scoping.json", &v)
	s := newSite()
	v.fill(s)
	callers := v.callers(t)
	for _, l := range v.Lists {
		resource, query, _ := strings.Cut(l.Resource, "/")
		var conds []oracle.Cond
		if query == "?project__slug=beta" {
			conds = append(conds, oracle.Cond{Holds: func(r oracle.Row) bool { return r["project"] == oracle.Of("2") }})
		}
		for name, want := range l.Expect {
			if got := s.list(resource, callers[name], conds); !slices.Equal(got, want) {
				t.Errorf("%s for %s: %v, want %v", l.Resource, name, got, want)
			}
		}
	}
}

func (v *scoping) fill(s *site) {
	for table, rows := range map[*oracle.Table][]map[string]any{
		s.projects: v.Fixture.Projects, s.versions: v.Fixture.Versions, s.builds: v.Fixture.Builds, s.cmnds: v.Fixture.Commands,
	} {
		for _, row := range rows {
			s.add(table, row)
		}
	}
}

// callers are the keys that live, and anyone.
func (v *scoping) callers(t *testing.T) map[string]oracle.Caller {
	t.Helper()
	callers := map[string]oracle.Caller{"anon": {}}
	for _, k := range v.Fixture.Keys {
		if k.Revoked {
			continue
		}
		key := apikey.Key{Project: id(k.Project), Version: id(k.Version), Build: id(k.Build), Scopes: k.Scopes, AllowList: everyTarget()}
		if k.Scopes == nil {
			key.Scopes = apikey.Scopes{apikey.BundleBuilder}
		}
		if k.AllowList != nil {
			list, err := apikey.ParseAllowList(k.AllowList...)
			if err != nil {
				t.Fatal(err)
			}
			key.AllowList = list
		}
		key = expand(key)
		callers[k.ID] = oracle.Caller{Key: &key}
	}
	return callers
}

func id(n int) apikey.ID {
	if n == 0 {
		return ""
	}
	return apikey.ID(fmt.Sprint(n))
}

// judges tells whether the answer is the querysets': 400, 401, 405 and 409 are
// the server's own.
func (s *site) judges(action, resource string, status int) bool {
	name, row, _ := strings.Cut(strings.TrimSuffix(resource, "/"), "/")
	_, isID := oracle.Integer.Canonical(row)
	return isID && (action == "GET" || action == "PATCH") && s.table(name) != nil && (status == 200 || status == 403 || status == 404)
}

// status does what the server does: the scope, the row, then the fields that
// would change.
func (s *site) status(c oracle.Caller, action, resource string, body map[string]any) int {
	name, row, _ := strings.Cut(strings.TrimSuffix(resource, "/"), "/")
	t := s.table(name)
	if action == "PATCH" && t.Gate(c, oracle.Update) == oracle.MissingScope {
		return 403
	}
	i, class := s.world.Find(t, c, oracle.Read, row, nil)
	if class == oracle.OK && action == "PATCH" {
		set := oracle.Row{}
		for column, value := range body {
			if v := oracle.Of(fmt.Sprint(value)); s.world.Rows[t][i][column] != v {
				set[column] = v
			}
		}
		if class = t.MayWrite(c, set); class == oracle.OK {
			_, class = s.world.Find(t, c, oracle.Update, row, nil)
		}
	}
	return map[oracle.Class]int{oracle.OK: 200, oracle.NotFound: 404, oracle.Forbidden: 403, oracle.MissingScope: 403}[class]
}

func (s *site) list(resource string, c oracle.Caller, conds []oracle.Cond) []int {
	t := s.table(resource)
	found, _ := s.world.All(t, c, oracle.Read, conds)
	ids := make([]int, 0, len(found))
	for _, i := range found {
		var id int
		fmt.Sscan(s.world.Rows[t][i]["id"].Text, &id)
		ids = append(ids, id)
	}
	return ids
}
