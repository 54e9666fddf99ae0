package keystore

import (
	"fmt"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/google/uuid"
)

const manyOthers = 8

// hub lets project 1 in from many others, so that its reach is remembered.
func (b bench) hub(t *testing.T) (raw string) {
	t.Helper()
	for i := range manyOthers {
		b.link(t, apikey.ID(fmt.Sprintf("h%02d", i)), Inbound, "1")
	}
	_, raw = b.mint(t, Spec{})
	return raw
}

// reaches tells how many projects a key reaches, and whether other is one.
func (b bench) reaches(t *testing.T, raw string, other apikey.ID) (int, bool) {
	t.Helper()
	k, err := b.Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range k.Links {
		if l.Project == other {
			return len(k.Links), true
		}
	}
	return len(k.Links), false
}

// Whatever changes what a key reaches, by this store, by another or by hand, is seen
// by the next verification, though the links are remembered.
func TestMemoryIsNeverStale(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		other := newBench(t, b.db, Config{Now: b.clock.Now})
		raw := b.hub(t)
		exec := func(statement string) func() error {
			return func() error { return second(b.db.Exec(statement)) }
		}
		n := manyOthers
		for _, row := range []struct {
			name string
			do   func() error
			want int
		}{
			{"nothing", func() error { return nil }, n},
			{"an entry", func() error {
				return other.AddLink(t.Context(), LinkEdit{Project: "x", Direction: Inbound, Other: "1"})
			}, n + 1},
			{"its removal", func() error { return other.RemoveLink(t.Context(), "x", Inbound, "1") }, n},
			{"one that opens", func() error { return other.SetLinkMode(t.Context(), "x", Open, "") }, n + 1},
			{"and closes", func() error { return other.SetLinkMode(t.Context(), "x", Listed, "") }, n},
			{"its own switch", func() error { return other.SetLinkMode(t.Context(), "1", "", Listed) }, 0},
			{"and back", func() error { return other.SetLinkMode(t.Context(), "1", "", Open) }, n},
			{"an entry by hand", exec(`INSERT INTO buildkey_links (project, direction, other) VALUES ('y', 'inbound', '1')`), n + 1},
			{"turned to another", exec(`UPDATE buildkey_links SET other = '2' WHERE project = 'y'`), n},
			{"and back", exec(`UPDATE buildkey_links SET other = '1' WHERE project = 'y'`), n + 1},
			{"an open project by hand", exec(`INSERT INTO buildkey_projects (id, inbound_open) VALUES ('z', true)`), n + 2},
			{"that is another now", exec(`UPDATE buildkey_projects SET id = 'zz' WHERE id = 'z'`), n + 2},
			{"and is gone", exec(`DELETE FROM buildkey_projects WHERE id = 'zz'`), n + 1},
			{"the project's own row is gone", exec(`DELETE FROM buildkey_projects WHERE id = '1'`), n + 1},
			{"every link is gone", exec(`DELETE FROM buildkey_links`), 0},
		} {
			for range 2 { // to remember what there was before
				b.use(t, raw)
			}
			if err := row.do(); err != nil {
				t.Fatalf("%s: %v", row.name, err)
			}
			for range 2 {
				if got, _ := b.reaches(t, raw, ""); got != row.want {
					t.Errorf("%s: reaches %d, want %d", row.name, got, row.want)
				}
			}
		}
	})
}

// Two projects without a row of their own share no memory, and nobody can change
// what is remembered through a key that they were given.
func TestMemoryIsApart(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for i := range manyOthers + 1 {
			if err := b.SetLinkMode(t.Context(), apikey.ID(fmt.Sprintf("o%02d", i)), Open, ""); err != nil {
				t.Fatal(err)
			}
		}
		_, one := b.mint(t, Spec{Project: "o00"})
		_, two := b.mint(t, Spec{Project: "two"})
		_, three := b.mint(t, Spec{Project: "three"})
		for range 2 {
			if n, self := b.reaches(t, one, "o00"); n != manyOthers || self {
				t.Errorf("one of the open reaches %d, itself: %v", n, self)
			}
			for _, raw := range []string{two, three} {
				if n, there := b.reaches(t, raw, "o00"); n != manyOthers+1 || !there {
					t.Errorf("another reaches %d, the first: %v", n, there)
				}
			}
		}
		for range 2 {
			k, err := b.Verify(t.Context(), two)
			if err != nil || k.Links[3].Project != "o03" || k.Links[3].Scopes[0] != "build:read" {
				t.Fatalf("%v, %v", k.Links, err)
			}
			k.Links[3].Project, k.Links[3].Scopes[0] = "secret", "build:*"
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	var m memory
	links := make([]apikey.Link, maxLinks)
	for i := range maxKnownKeys + 1000 {
		r := &reached{}
		if i%10 == 0 {
			r.links = links
		}
		key := uuid.New()
		m.keep("s", key, apikey.ID(fmt.Sprint(i)), r)
		if stamp, got := m.recall(key); got != r || stamp != fmt.Sprint("s", i) {
			t.Fatalf("what was just kept is %v at %q", got, stamp)
		}
		if len(m.keys) > maxKnownKeys || len(m.projects) > maxKnownKeys || m.links > maxKnownLinks {
			t.Fatalf("%d keys, %d projects, %d links", len(m.keys), len(m.projects), m.links)
		}
	}
	if len(m.keys) != maxKnownKeys || m.links == 0 {
		t.Errorf("%d keys and %d links at the end", len(m.keys), m.links)
	}
}

// Keys of one project share what it reaches, and nothing outlives its stamp.
func TestMemoryHasOneStamp(t *testing.T) {
	t.Parallel()
	var m memory
	one, two, old := uuid.New(), uuid.New(), uuid.New()
	m.keep("old", old, "p", &reached{})
	m.keep("new", one, "p", &reached{links: make([]apikey.Link, 3)})
	last := &reached{links: make([]apikey.Link, 2)}
	m.keep("new", two, "p", last)
	for _, key := range []uuid.UUID{one, two} {
		if stamp, r := m.recall(key); stamp != "newp" || r != last {
			t.Errorf("%q, %v", stamp, r)
		}
	}
	if stamp, r := m.recall(old); stamp != "" || r != nil {
		t.Errorf("of a stamp that is over: %q, %v", stamp, r)
	}
	if len(m.keys) != 2 || len(m.projects) != 1 || m.links != 2 {
		t.Errorf("%d keys, %d projects, %d links", len(m.keys), len(m.projects), m.links)
	}
}

// TestEditsFromAnotherSchema are made by a session whose search_path leads to another
// store's tables, or nowhere, as that of pg_restore.
func TestEditsFromAnotherSchema(t *testing.T) {
	t.Parallel()
	b, elsewhere := newBench(t, dbtest.Postgres(t), Config{}), newBench(t, dbtest.Postgres(t), Config{})
	raw := b.hub(t)
	var schema string
	if err := b.db.Get(&schema, `SELECT current_schema()`); err != nil {
		t.Fatal(err)
	}
	edits := map[string]string{
		"elsewhere": `DELETE FROM ` + schema + `.buildkey_links WHERE project = 'h00'`,
		"nowhere":   `SET search_path = ''; DELETE FROM ` + schema + `.buildkey_links WHERE project = 'h01'; RESET search_path`,
	}
	for i, where := range []string{"elsewhere", "nowhere"} {
		if n, _ := b.reaches(t, raw, ""); n != manyOthers-i {
			t.Fatalf("reaches %d projects before, want %d", n, manyOthers-i)
		}
		if _, err := elsewhere.db.Exec(edits[where]); err != nil {
			t.Fatal(err)
		}
		if n, there := b.reaches(t, raw, apikey.ID(fmt.Sprintf("h%02d", i))); there || n != manyOthers-i-1 {
			t.Errorf("%s: reaches %d projects after, and the one that was taken away: %v", where, n, there)
		}
	}
}
