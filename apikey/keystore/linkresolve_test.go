package keystore

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
)

// reach is what a key of project 1 reaches, as text: "2 3(build:update)".
func (b bench) reach(t *testing.T, raw string) string {
	t.Helper()
	k, err := b.Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, l := range k.Links {
		word := string(l.Project)
		if !cmp.Equal(l.Scopes, b.Catalog().Reads()) {
			word += "(" + strings.Join(l.Scopes, ",") + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestLinksTakeEffectAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		_, raw := b.mint(t, Spec{Build: "7"})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range []struct {
			name string
			edit func()
			want string
		}{
			{"nothing", func() {}, ""},
			{"its own inbound is about others", func() { b.link(t, "1", Inbound, "2") }, ""},
			{"its own outbound alone opens nothing", func() { b.link(t, "1", Outbound, "3") }, ""},
			{"3 lists it", func() { b.link(t, "3", Inbound, "1") }, "3"},
			{"2 lists it, with scopes", func() { must(b.AddLink(ctx, LinkEdit{"2", Inbound, "1", apikey.Scopes{"build:update"}})) }, "3 2(build:update)"},
			{"4 is open", func() { must(b.SetLinkMode(ctx, "4", Open, "")) }, "3 2(build:update) 4"},
			{"2 is open, its entry still counts", func() { must(b.SetLinkMode(ctx, "2", Open, "")) }, "3 2(build:update) 4"},
			{"1 itself is open", func() { must(b.SetLinkMode(ctx, "1", Open, "")) }, "3 2(build:update) 4"},
			{"1 lists 4, which moves ahead", func() { b.link(t, "1", Outbound, "4") }, "3 4 2(build:update)"},
			{"1 lets out to its list only", func() { must(b.SetLinkMode(ctx, "1", "", Listed)) }, "3 4"},
			{"and to all again", func() { must(b.SetLinkMode(ctx, "1", "", Open)) }, "3 4 2(build:update)"},
			{"3 removes it", func() { must(b.RemoveLink(ctx, "3", Inbound, "1")) }, "4 2(build:update)"},
			{"4 closes", func() { must(b.SetLinkMode(ctx, "4", Listed, "")) }, "2(build:update)"},
			{"2's entry goes, but it is open", func() { must(b.RemoveLink(ctx, "2", Inbound, "1")) }, "2"},
		} {
			step.edit()
			if got := b.reach(t, raw); got != step.want {
				t.Errorf("%s: reaches %q, want %q", step.name, got, step.want)
			}
		}
		_, raw = b.mint(t, Spec{Project: "9"})
		if got := b.reach(t, raw); got != "1 2" {
			t.Errorf("another project reaches %q, want those that are open", got)
		}
	})
}

// What others list and open is cut at 400, after those that the project lists.
func TestLinksAreCut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		var log strings.Builder
		b := newBench(t, db, Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		_, raw := b.mint(t, Spec{})
		exec := func(statement string, args ...any) {
			t.Helper()
			if _, err := db.Exec(b.text(statement), args...); err != nil {
				t.Fatal(err)
			}
		}
		add := func(from, to int, each func(id string)) {
			for i := from; i < to; i++ {
				each(fmt.Sprintf("p%03d", i))
			}
		}
		add(0, 250, func(id string) {
			exec(`INSERT INTO buildkey_links (project, direction, other) VALUES (?, 'inbound', '1')`, id)
		})
		add(200, 400, func(id string) { exec(`INSERT INTO buildkey_projects (id, inbound_open) VALUES (?, true)`, id) })
		k, err := b.Verify(t.Context(), raw)
		if err != nil || len(k.Links) != 400 || k.LinksCut || k.Links[399].Project != "p399" {
			t.Errorf("of 400: %d, cut %v, %v", len(k.Links), k.LinksCut, err)
		}
		add(500, 700, func(id string) {
			exec(`INSERT INTO buildkey_links (project, direction, other) VALUES (?, 'inbound', '1')`, id)
		})
		add(600, 700, func(id string) {
			exec(`INSERT INTO buildkey_links (project, direction, other) VALUES ('1', 'outbound', ?)`, id)
		})
		k, err = b.Verify(t.Context(), raw)
		if err != nil || len(k.Links) != 400 || !k.LinksCut {
			t.Fatalf("of 600: %d, cut %v, %v", len(k.Links), k.LinksCut, err)
		}
		for i, want := range map[int]apikey.ID{0: "p600", 99: "p699", 100: "p000", 399: "p299"} {
			if got := k.Links[i].Project; got != want {
				t.Errorf("link %d is %s, want %s", i, got, want)
			}
		}
		if n := strings.Count(log.String(), "level=WARN"); n != 1 {
			t.Errorf("%d warnings, want one a minute:\n%s", n, log.String())
		}
	})
}
