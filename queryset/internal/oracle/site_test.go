package oracle_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// site is the reference server's tables, declared by hand.
type site struct {
	world                             *oracle.World
	projects, versions, builds, cmnds *oracle.Table
}

func (s *site) table(resource string) *oracle.Table {
	for _, t := range s.world.Tables {
		if t.Resource == resource {
			return t
		}
	}
	return nil
}

func newSite() *site {
	s := &site{
		projects: table("project", oracle.Attachments{oracle.Project: "id"}, "slug", "name", "privacy_level", "has_ssh_key_with_write_access"),
		versions: table("version", oracle.Attachments{oracle.Project: "project", oracle.Version: "id"}, "slug", "privacy_level", "built", "has_pdf"),
		builds:   table("build", oracle.Attachments{oracle.Project: "project", oracle.Version: "version", oracle.Build: "id"}, "state", "commit", "date"),
		cmnds:    table("command", oracle.Attachments{}, "build", "command", "output", "exit_code"),
	}
	s.versions.Parent, s.versions.ParentColumn = s.projects, "project"
	s.builds.Parent, s.builds.ParentColumn = s.versions, "version"
	s.cmnds.Parent, s.cmnds.ParentColumn = s.builds, "build"
	s.projects.Write = []string{"has_ssh_key_with_write_access"}
	s.projects.Ancestor = &oracle.Fields{}
	s.versions.Write = []string{"built", "has_pdf"}
	s.versions.Ancestor = &oracle.Fields{Write: s.versions.Write}
	s.builds.Write = []string{"state", "commit"}
	s.cmnds.Write = []string{"output", "exit_code", "command"}
	open := oracle.Cond{Holds: func(oracle.Row) bool { return true }}
	public := oracle.Cond{Holds: func(r oracle.Row) bool { return r["privacy_level"].Text == "public" }}
	s.projects.Public = &oracle.Public{Where: public}
	s.versions.Public = &oracle.Public{Where: public}
	s.builds.Public = &oracle.Public{Where: open}
	s.cmnds.Public = &oracle.Public{Where: open}
	s.world = &oracle.World{Tables: []*oracle.Table{s.projects, s.versions, s.builds, s.cmnds}, Rows: map[*oracle.Table][]oracle.Row{}}
	return s
}

func table(resource string, own oracle.Attachments, columns ...string) *oracle.Table {
	t := &oracle.Table{Name: resource + "s", Resource: resource, ID: "id", Own: own, Kinds: map[string]oracle.Kind{}, Columns: []string{"id"}}
	for _, c := range append(own[1:], columns...) {
		if c != "" && !slices.Contains(t.Columns, c) {
			t.Columns = append(t.Columns, c)
		}
	}
	for _, c := range t.Columns {
		t.Kinds[c] = oracle.Text
		if slices.Contains([]string{"id", "project", "version", "build"}, c) {
			t.Kinds[c] = oracle.Integer
		}
	}
	return t
}

// add puts a vector's row in t: the columns that t has.
func (s *site) add(t *oracle.Table, values map[string]any) {
	row := oracle.Row{}
	for _, c := range t.Columns {
		if v, ok := values[c]; ok {
			row[c] = oracle.Of(fmt.Sprint(v))
		}
	}
	s.world.Rows[t] = append(s.world.Rows[t], row)
}

func load(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("../../../testdata/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// expand does what a store does at verification.
func expand(k apikey.Key) apikey.Key {
	k.Permits = apikey.DefaultCatalog().Expand(k.Scopes)
	return k
}

func everyTarget() apikey.AllowList { return apikey.AllowList{{Type: "*", ID: "*"}} }
