package keystore

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/go-cmp/cmp"
)

func TestLinkSettings(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		want := LinkSettings{Inbound: LinkList{Mode: Listed}, Outbound: LinkList{Mode: Open}}
		check := func(what string) {
			t.Helper()
			got, err := b.Links(ctx, "1")
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: %v\n%s", what, err, diff)
			}
		}
		check("a new project")
		b.link(t, "1", Inbound, "3")
		b.link(t, "1", Outbound, "2")
		if err := b.AddLink(ctx, LinkEdit{"1", Inbound, "2", apikey.Scopes{"build:update", "all", "build:update"}}); err != nil {
			t.Fatal(err)
		}
		want.Inbound.Entries = []apikey.Link{{Project: "2", Scopes: apikey.Scopes{"build:update", "buildkey:all"}}, {Project: "3"}}
		want.Outbound.Entries = []apikey.Link{{Project: "2"}}
		check("with entries")
		if err := b.SetLinkMode(ctx, "1", Open, ""); err != nil {
			t.Fatal(err)
		}
		want.Inbound.Mode = Open
		check("inbound open")
		if err := b.SetLinkMode(ctx, "1", "", Listed); err != nil {
			t.Fatal(err)
		}
		want.Outbound.Mode = Listed
		check("outbound listed")
		if err := b.RemoveLink(ctx, "1", Inbound, "3"); err != nil {
			t.Fatal(err)
		}
		want.Inbound.Entries = want.Inbound.Entries[:1]
		check("one entry less")
		refusedAs(t, "removing it again", b.RemoveLink(ctx, "1", Inbound, "3"), apikey.ErrNotFound)
		refusedAs(t, "adding one again", b.AddLink(ctx, LinkEdit{Project: "1", Direction: Outbound, Other: "2"}), ErrLinkExists)
		check("after refusals")
	})
}

func TestLinkEditRefuses(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		for _, row := range []struct {
			name  string
			err   error
			field string
		}{
			{"a link to itself", b.AddLink(ctx, LinkEdit{Project: "1", Direction: Inbound, Other: "1"}), "project"},
			{"no project", b.AddLink(ctx, LinkEdit{Direction: Inbound, Other: "1"}), "project"},
			{"no other", b.AddLink(ctx, LinkEdit{Project: "1", Direction: Inbound}), "project"},
			{"an id with a NUL", b.AddLink(ctx, LinkEdit{Project: "1", Direction: Inbound, Other: "\x00"}), "project"},
			{"no direction", b.AddLink(ctx, LinkEdit{Project: "1", Other: "2"}), "direction"},
			{"an unknown scope", b.AddLink(ctx, LinkEdit{"1", Inbound, "2", apikey.Scopes{"robot:read"}}), "scopes"},
			{"empty scopes", b.AddLink(ctx, LinkEdit{"1", Inbound, "2", apikey.Scopes{}}), "scopes"},
			{"scopes on the way out", b.AddLink(ctx, LinkEdit{"1", Outbound, "2", apikey.Scopes{"build:read"}}), "scopes"},
			{"removing in no direction", b.RemoveLink(ctx, "1", "sideways", "2"), "direction"},
			{"an unknown inbound mode", b.SetLinkMode(ctx, "1", "closed", ""), "inbound"},
			{"an unknown outbound mode", b.SetLinkMode(ctx, "1", "", "closed"), "outbound"},
			{"the mode of no project", b.SetLinkMode(ctx, "", Open, ""), "project"},
		} {
			var bad *SpecError
			if !errors.As(row.err, &bad) || len(bad.Fields) != 1 || bad.Fields[0].Field != row.field {
				t.Errorf("%s: %v, want a SpecError about %s", row.name, row.err, row.field)
			}
		}
		for _, table := range []string{"buildkey_links", "buildkey_projects", "buildkey_events"} {
			if n := b.count(t, table); n != 0 {
				t.Errorf("%d rows in %s after refusals", n, table)
			}
		}
	})
}

// The 201st entry is refused however many are added at once, and the directions
// are counted apart.
func TestLinkLimitRace(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for i := range maxEntries - 5 {
			b.link(t, "1", Inbound, apikey.ID("p"+strconv.Itoa(i)))
		}
		var group sync.WaitGroup
		results := make([]error, 20)
		for i := range results {
			group.Go(func() {
				results[i] = b.AddLink(t.Context(), LinkEdit{Project: "1", Direction: Inbound, Other: apikey.ID("q" + strconv.Itoa(i))})
			})
		}
		group.Wait()
		added := 0
		for _, err := range results {
			var bad *SpecError
			if err == nil {
				added++
			} else if !errors.As(err, &bad) {
				t.Error(err)
			}
		}
		if n := b.count(t, "buildkey_links"); added != 5 || n != maxEntries {
			t.Errorf("%d added, %d entries", added, n)
		}
		b.link(t, "1", Outbound, "q0")
		refusedAs(t, "one of a full list", b.AddLink(t.Context(), LinkEdit{Project: "1", Direction: Inbound, Other: "p0"}), ErrLinkExists)
	})
}

// Two projects that list each other, and change their minds, all at once.
func TestLinkEachOther(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		var group sync.WaitGroup
		for _, pair := range [][2]apikey.ID{{"1", "2"}, {"2", "1"}} {
			group.Go(func() {
				for range 20 {
					if err := b.AddLink(t.Context(), LinkEdit{Project: pair[0], Direction: Inbound, Other: pair[1]}); err != nil {
						t.Error(err)
					}
					if err := b.RemoveLink(t.Context(), pair[0], Inbound, pair[1]); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
	})
}
