package keystore_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

type linkEntry struct {
	Owner, Project apikey.ID
	Direction      keystore.Direction
	Scopes         apikey.Scopes
}

type linkModes map[apikey.ID]struct{ Inbound, Outbound keystore.LinkMode }

type linkRow struct {
	ID, Why, Reading string
	Settings         linkModes
	Links            []linkEntry
	Key              struct {
		Project apikey.ID
		Level   string
		Scopes  apikey.Scopes
	}
	Target    apikey.ID
	Reachable bool
	Asks      map[string]bool
	Then      *struct {
		Add, Remove *linkEntry
		Set         linkModes
		Reachable   bool
		Asks        map[string]bool
	}
}

type linkEditRow struct {
	ID, Why  string
	Add      linkEntry
	Existing []linkEntry
	Others   map[keystore.Direction]int
	Want     string
}

type linksFile struct {
	About string
	Rows  []linkRow
	Edits []linkEditRow
}

// linking is a row at work, with projects of its own.
type linking struct {
	rig
	id string
}

func TestLinksVectors(t *testing.T) {
	t.Parallel()
	file := vectors[linksFile](t, "links.json")
	if len(file.Rows) < 25 {
		t.Fatalf("only %d rows", len(file.Rows))
	}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		r := newRig(t, db, keystore.Config{})
		for _, row := range file.Rows {
			t.Run(row.ID, func(t *testing.T) { linking{r, row.ID}.reach(t, row) })
		}
	})
}

// project is the row's own project of that letter.
func (l linking) project(letter apikey.ID) apikey.ID { return apikey.ID(l.id) + "-" + letter }

func (l linking) edit(e linkEntry) keystore.LinkEdit {
	return keystore.LinkEdit{Project: l.project(e.Owner), Direction: e.Direction, Other: l.project(e.Project), Scopes: e.Scopes}
}

func (l linking) add(t *testing.T, entries ...linkEntry) {
	t.Helper()
	for _, e := range entries {
		if err := l.AddLink(t.Context(), l.edit(e)); err != nil {
			t.Fatal(err)
		}
	}
}

func (l linking) set(t *testing.T, modes linkModes) {
	t.Helper()
	for letter, m := range modes {
		if err := l.SetLinkMode(t.Context(), l.project(letter), m.Inbound, m.Outbound); err != nil {
			t.Fatal(err)
		}
	}
}

func (l linking) reach(t *testing.T, row linkRow) {
	l.set(t, row.Settings)
	l.add(t, row.Links...)
	spec := keystore.Spec{Project: l.project(row.Key.Project), Scopes: row.Key.Scopes}
	switch row.Key.Level {
	case "version":
		spec.Version = "3"
	case "build":
		spec.Version, spec.Build = "3", "42"
	}
	k, secret := l.mint(t, spec)
	if k.Level().String() != row.Key.Level {
		t.Fatalf("the key is of level %v, want %s", k.Level(), row.Key.Level)
	}
	l.ask(t, row.Why, secret, row.Target, row.Reachable, row.Asks)
	if row.Then == nil {
		return
	}
	l.set(t, row.Then.Set)
	if row.Then.Add != nil {
		l.add(t, *row.Then.Add)
	}
	if row.Then.Remove != nil {
		e := l.edit(*row.Then.Remove)
		if err := l.RemoveLink(t.Context(), e.Project, e.Direction, e.Other); err != nil {
			t.Fatal(err)
		}
	}
	l.ask(t, "then: "+row.Why, secret, row.Target, row.Then.Reachable, row.Then.Asks)
}

// ask verifies the key and looks at what it may do in the target.
func (l linking) ask(t *testing.T, why string, secret apikey.Secret, target apikey.ID, reachable bool, asks map[string]bool) {
	t.Helper()
	k, err := l.Verify(t.Context(), secret.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	permits, found := k.Permits, k.Project == l.project(target)
	for _, link := range k.Links {
		if link.Project == l.project(target) {
			permits, found = link.Scopes, true
		}
	}
	if found != reachable {
		t.Errorf("%s: reached: %v, want %v", why, found, reachable)
	}
	for scope, want := range asks {
		if got := found && k.HasScope(scope) && permits.Has(scope); got != want {
			t.Errorf("%s: %s: %v, want %v", why, scope, got, want)
		}
	}
}

func TestLinkEditVectors(t *testing.T) {
	t.Parallel()
	file := vectors[linksFile](t, "links.json")
	if len(file.Edits) < 8 {
		t.Fatalf("only %d rows", len(file.Edits))
	}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		r := newRig(t, db, keystore.Config{})
		for _, row := range file.Edits {
			t.Run(row.ID, func(t *testing.T) { linking{r, row.ID}.check(t, row) })
		}
	})
}

func (l linking) check(t *testing.T, row linkEditRow) {
	l.add(t, row.Existing...)
	for direction, n := range row.Others {
		for i := range n {
			l.add(t, linkEntry{Owner: row.Add.Owner, Direction: direction, Project: apikey.ID(fmt.Sprint("other", i))})
		}
	}
	before, events := l.state(t, row.Add.Owner)
	err := l.AddLink(t.Context(), l.edit(row.Add))
	after, later := l.state(t, row.Add.Owner)
	var bad *keystore.SpecError
	switch row.Want {
	case "ok":
		if err != nil || cmp.Equal(before, after) || later != events+1 {
			t.Errorf("%s: %v, %d events after %d", row.Why, err, later, events)
		}
		return
	case "conflict":
		if !errors.Is(err, keystore.ErrLinkExists) {
			t.Errorf("%s: %v, want ErrLinkExists", row.Why, err)
		}
	case "invalid":
		if !errors.As(err, &bad) {
			t.Errorf("%s: %v, want a *SpecError", row.Why, err)
		}
	default:
		t.Fatalf("the test knows no %q", row.Want)
	}
	if !cmp.Equal(before, after) || later != events {
		t.Errorf("%s: something was stored: %s", row.Why, cmp.Diff(before, after))
	}
}

// state is what is stored of a project's links, and how many events tell of it.
func (l linking) state(t *testing.T, letter apikey.ID) (keystore.LinkSettings, int) {
	t.Helper()
	settings, err := l.Links(t.Context(), l.project(letter))
	if err != nil {
		t.Fatal(err)
	}
	events, err := l.LinkEvents(t.Context(), l.project(letter))
	if err != nil {
		t.Fatal(err)
	}
	return settings, len(events)
}
