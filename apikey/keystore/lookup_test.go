package keystore

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

func TestList(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		names := map[uuid.UUID]string{}
		for i, spec := range []Spec{
			{Project: "1"}, {Project: "1", Version: "3"}, {Project: "1", Version: "3", Build: "7"}, {Project: "1", Version: "3", Build: "8"},
			{Project: "2", Version: "4", Build: "9"}, {Project: "1", Build: "7", ActivateWithin: time.Minute},
		} {
			k, _ := b.mint(t, spec)
			names[k.ID] = fmt.Sprint(i)
			b.clock.Advance(time.Second)
		}
		b.clock.Advance(time.Minute) // the last has lapsed
		for _, row := range []struct {
			name   string
			filter Filter
			want   []string
			total  int64
		}{
			{"all live", Filter{}, []string{"4", "3", "2", "1", "0"}, 5},
			{"the dead, too", Filter{Dead: true}, []string{"5", "4", "3", "2", "1", "0"}, 6},
			{"a project", Filter{Project: "1"}, []string{"3", "2", "1", "0"}, 4},
			{"a version with its builds", Filter{Version: "3"}, []string{"3", "2", "1"}, 3},
			{"a build", Filter{Build: "7"}, []string{"2"}, 1},
			{"a build, the dead, too", Filter{Build: "7", Dead: true}, []string{"5", "2"}, 2},
			{"a build of another project", Filter{Project: "2", Build: "7"}, nil, 0},
			{"a page", Filter{Limit: 2}, []string{"4", "3"}, 5},
			{"the next", Filter{Limit: 2, Offset: 2}, []string{"2", "1"}, 5},
			{"past the end", Filter{Limit: 2, Offset: 5}, nil, 5},
			{"nonsense", Filter{Limit: -1, Offset: -1}, []string{"4", "3", "2", "1", "0"}, 5},
			{"an id that no database holds", Filter{Project: "\xff"}, nil, 0},
		} {
			page, err := b.List(ctx, row.filter)
			var got []string
			for _, k := range page.Keys {
				got = append(got, names[k.ID])
			}
			if err != nil || page.Total != row.total || !slices.Equal(got, row.want) {
				t.Errorf("%s: %v of %d, %v; want %v of %d", row.name, got, page.Total, err, row.want, row.total)
			}
		}
	})
}

func TestLookUpWhatIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		k, _ := b.mint(t, Spec{Name: "nightly"})
		refusedAs(t, "an id", second(b.Get(ctx, uuid.New())), apikey.ErrNotFound)
		refusedAs(t, "a name", second(b.ByName(ctx, "1", "weekly")), apikey.ErrNotFound)
		refusedAs(t, "in another project", second(b.ByName(ctx, "2", "nightly")), apikey.ErrNotFound)
		refusedAs(t, "a name that no database holds", second(b.ByName(ctx, "1", "\x00")), apikey.ErrNotFound)
		refusedAs(t, "an empty name", second(b.ByName(ctx, "1", "")), apikey.ErrNotFound)
		refusedAs(t, "the name", second(b.ByName(ctx, "1", "nightly")), nil)
		refusedAs(t, "revoke", b.Revoke(ctx, k.ID, time.Minute), nil)
		refusedAs(t, "the name of one in its grace", second(b.ByName(ctx, "1", "nightly")), nil)
		b.clock.Advance(time.Minute)
		refusedAs(t, "the name of a dead one", second(b.ByName(ctx, "1", "nightly")), apikey.ErrNotFound)
		refusedAs(t, "its record", second(b.Get(ctx, k.ID)), nil)
	})
}

// A row that cannot be read spoils the list: what is read before it could be taken
// for all there is.
func TestNothingIsListedBesideAnError(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		var k apikey.Key
		for range 3 {
			k, _ = b.mint(t, Spec{})
			b.clock.Advance(time.Second)
		}
		for _, statement := range []string{
			`UPDATE buildkey_keys SET allow_list = '["x"]' WHERE id = ?`,
			`UPDATE buildkey_events SET scopes = '{' WHERE key_id = ?`,
		} {
			if _, err := b.db.Exec(b.text(statement), k.ID.String()); err != nil {
				t.Fatal(err)
			}
		}
		page, err := b.List(ctx, Filter{})
		refusedAs(t, "list", err, apikey.ErrUnavailable)
		if page.Total != 0 || len(page.Keys) != 0 {
			t.Errorf("%d keys of %d beside an error", len(page.Keys), page.Total)
		}
		events, err := b.Events(ctx, k.ID)
		refusedAs(t, "events", err, apikey.ErrUnavailable)
		if len(events) != 0 {
			t.Errorf("%d events beside an error", len(events))
		}
	})
}
