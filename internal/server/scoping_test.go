package server

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
)

type matrixRow struct {
	ID, Action, Resource string
	Body                 any
	Expect               map[string]int
	Why                  string
}

// TestScopingMatrix asks every cell over HTTP. After one that changed something
// the fixture is made anew.
func TestScopingMatrix(t *testing.T) {
	t.Parallel()
	var v struct{ Matrix []matrixRow }
	readVectors(t, "scoping.json", &v)
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for _, row := range v.Matrix {
			for _, caller := range slices.Sorted(maps.Keys(row.Expect)) {
				got := w.do(caller, row.Action, row.Resource, row.Body)
				if row.Action != "GET" && got.status < 400 {
					w.reset()
				}
				if got.status != row.Expect[caller] {
					t.Errorf("%s %s %s by %s: %d, want %d (%s): %s", row.ID, row.Action, row.Resource, caller, got.status, row.Expect[caller], row.Why, got.text)
				}
				if told := foreign(w, caller, got); told != "" {
					t.Errorf("%s %s %s by %s: the refusal tells of %q: %s", row.ID, row.Action, row.Resource, caller, told, got.text)
				}
			}
		}
	})
}

// foreign is an id or slug in a refusal that no caller without reach should
// find there. Ids of one digit are left to the eye.
func foreign(w *world, caller string, got answer) string {
	if got.status < 400 || caller == "staff" {
		return ""
	}
	words := []string{"alpha", "beta", "gamma", "pr-5", "draft"}
	for _, rows := range [][]map[string]any{w.fixture.Versions, w.fixture.Builds, w.fixture.Commands} {
		for _, row := range rows {
			words = append(words, fmt.Sprint(row["id"]))
		}
	}
	for _, word := range words {
		if regexp.MustCompile(`\b` + word + `\b`).MatchString(got.text) {
			return word
		}
	}
	return ""
}

func TestScopingLists(t *testing.T) {
	t.Parallel()
	var v struct {
		Lists []struct {
			Resource string
			Expect   map[string][]float64
		}
	}
	readVectors(t, "scoping.json", &v)
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for _, row := range v.Lists {
			for caller, want := range row.Expect {
				got := w.do(caller, "GET", row.Resource, nil).want(200)
				if diff := cmp.Diff(want, got.ids()); diff != "" {
					t.Errorf("%s by %s: %s", row.Resource, caller, diff)
				}
				if n := got.json()["count"]; n != float64(len(want)) {
					t.Errorf("%s by %s: count %v, want %d", row.Resource, caller, n, len(want))
				}
			}
		}
	})
}

func TestScopingFields(t *testing.T) {
	t.Parallel()
	var v struct {
		Fields []struct {
			Resource, Field string
			Expect          map[string]any
		}
	}
	readVectors(t, "scoping.json", &v)
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for _, row := range v.Fields {
			for caller, want := range row.Expect {
				shown := w.do(caller, "GET", row.Resource, nil).want(200).json()
				if diff := cmp.Diff(want, seen(shown, row.Field, want)); diff != "" {
					t.Errorf("%s of %s by %s: %s", row.Field, row.Resource, caller, diff)
				}
			}
		}
	})
}

// seen is what the vectors say of a field: the whole body, the names in it, or
// whether it is there.
func seen(shown map[string]any, field string, want any) any {
	if field == "" {
		return shown
	}
	value, there := shown[field]
	if _, whether := want.(bool); whether {
		return there
	}
	if !there {
		return nil
	}
	names := []any{}
	for _, name := range slices.SortedFunc(maps.Keys(value.(map[string]any)), strings.Compare) {
		names = append(names, name)
	}
	return names
}

// TestDocNamesWhoAuthorizes: the package's doc names every file that looks at
// rows other than as the caller, and each says so itself.
func TestDocNamesWhoAuthorizes(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("*.go")
	if err != nil || len(sources) == 0 {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
	looks := regexp.MustCompile(`\.(ForKey|Unscoped)\(`)
	for _, name := range sources {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") || name == "doc.go" || name == "routes.go" || name == "tables.go" {
			continue
		}
		text := strings.ReplaceAll(string(source), "\n// ", " ")
		says := strings.Contains(text, "one of the four places with authorization of their own")
		named := strings.Contains(string(doc), name)
		if other := looks.MatchString(text); says != other || named != other {
			t.Errorf("%s looks as another than the caller: %t; says so: %t; doc.go: %t", name, other, says, named)
		}
	}
}
