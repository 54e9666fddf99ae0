package keystore_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// A project has 180 entries in each direction, and 40 more are added to each at
// once: 20 find room.
func TestLinkLimitWhenInsertsRace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		r := newRig(t, db, keystore.Config{})
		directions := []keystore.Direction{keystore.Inbound, keystore.Outbound}
		for _, direction := range directions {
			for i := range 180 {
				db.MustExec(db.Rebind(`INSERT INTO buildkey_links (project, direction, other) VALUES ('1', ?, ?)`), direction, fmt.Sprint("old", i))
			}
		}
		var added [2]atomic.Int32
		atOnce(80, func(i int) {
			edit := keystore.LinkEdit{Project: "1", Direction: directions[i%2], Other: apikey.ID(fmt.Sprint("new", i))}
			err := r.AddLink(t.Context(), edit)
			var full *keystore.SpecError
			switch {
			case err == nil:
				added[i%2].Add(1)
			case !errors.As(err, &full):
				t.Errorf("%s: %v, want a *SpecError", edit.Direction, err)
			}
		})
		settings, err := r.Links(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		for i, list := range []keystore.LinkList{settings.Inbound, settings.Outbound} {
			if n := added[i].Load(); n != 20 || len(list.Entries) != 200 {
				t.Errorf("%s: %d were added and there are %d, want 20 and 200", directions[i], n, len(list.Entries))
			}
		}
		if events, err := r.LinkEvents(t.Context(), "1"); err != nil || len(events) != 40 {
			t.Errorf("%d events, %v; want 40", len(events), err)
		}
	})
}

// One entry is added by many at once, while another is removed by many.
func TestSameLinkEditedByMany(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		r := newRig(t, db, keystore.Config{})
		ctx := t.Context()
		if err := r.AddLink(ctx, keystore.LinkEdit{Project: "1", Direction: keystore.Inbound, Other: "old"}); err != nil {
			t.Fatal(err)
		}
		var added, removed atomic.Int32
		atOnce(20, func(i int) {
			count, refused := &added, keystore.ErrLinkExists
			var err error
			if i%2 == 0 {
				err = r.AddLink(ctx, keystore.LinkEdit{Project: "1", Direction: keystore.Inbound, Other: "new"})
			} else {
				count, refused = &removed, apikey.ErrNotFound
				err = r.RemoveLink(ctx, "1", keystore.Inbound, "old")
			}
			if err == nil {
				count.Add(1)
			} else if !errors.Is(err, refused) {
				t.Errorf("%v, want %v", err, refused)
			}
		})
		if added.Load() != 1 || removed.Load() != 1 {
			t.Errorf("added %d times, removed %d times", added.Load(), removed.Load())
		}
		settings, err := r.Links(ctx, "1")
		if err != nil || len(settings.Inbound.Entries) != 1 || settings.Inbound.Entries[0].Project != "new" {
			t.Errorf("%v, %v; want the new entry alone", settings.Inbound.Entries, err)
		}
	})
}

// Two projects that link to each other at the same moment, and take the links away
// again, do not get in each other's way.
func TestProjectsLinkEachOther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		r := newRig(t, db, keystore.Config{})
		ctx := t.Context()
		projects := []apikey.ID{"1", "2"}
		for range soak(10, 500) {
			atOnce(8, func(i int) {
				edit := keystore.LinkEdit{Project: projects[i%2], Direction: keystore.Inbound, Other: projects[1-i%2]}
				err := r.RemoveLink(ctx, edit.Project, edit.Direction, edit.Other)
				if err != nil && !errors.Is(err, apikey.ErrNotFound) {
					t.Errorf("remove: %v", err)
				}
				if err := r.AddLink(ctx, edit); err != nil && !errors.Is(err, keystore.ErrLinkExists) {
					t.Errorf("add: %v", err)
				}
				if err := r.SetLinkMode(ctx, edit.Project, []keystore.LinkMode{keystore.Open, keystore.Listed}[i/4], ""); err != nil {
					t.Errorf("switch: %v", err)
				}
			})
		}
	})
}
