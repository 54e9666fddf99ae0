package keystore

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
)

// story is a trail in short: kind, actor and detail of each event.
func story(events []Event) []string {
	var lines []string
	for _, e := range events {
		lines = append(lines, strings.TrimSpace(e.Kind+" by "+e.Actor+" "+e.Detail))
	}
	return lines
}

func TestStoryOfAKey(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := WithActor(t.Context(), "user:7")
		k, raw := b.mint(t, Spec{Version: "3", Build: "7", CreatedBy: "ci", Scopes: apikey.Scopes{"build:*", "key:create"}, AllowList: apikey.AllowList{{Type: "build", ID: "7"}}})
		b.use(t, raw)
		asKey := apikey.NewContext(t.Context(), k)
		child, _, err := b.Derive(asKey, k.ID, Spec{})
		refusedAs(t, "derive", err, nil)
		b.clock.Advance(time.Hour)
		refusedAs(t, "renew", second(b.Renew(asKey, k.ID)), nil)
		handle, err := b.Wrap(ctx, apikey.NewSecret(raw), time.Minute)
		refusedAs(t, "wrap", err, nil)
		refusedAs(t, "unwrap", second(b.Unwrap(t.Context(), handle.Reveal())), nil)
		next, _, err := b.Rotate(ctx, k.ID, time.Minute)
		refusedAs(t, "rotate", err, nil)
		refusedAs(t, "unwrap again", second(b.Unwrap(t.Context(), handle.Reveal())), ErrHandleSpent)
		events, err := b.Events(ctx, k.ID)
		want := []string{
			"create by ci", "renew by key:" + k.ID.String() + " until 2026-01-05T14:00:00Z", "wrap by user:7 for 1m0s", "unwrap by",
			"revoke by user:7 grace 1m0s", "unwrap_again by", "revoke by",
		}
		if diff := cmp.Diff(want, story(events)); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
		birth := Event{
			At: k.CreatedAt, Kind: "create", Actor: "ci", Key: k.ID, Project: "1", Version: "3", Build: "7",
			Scopes: k.Scopes, AllowList: k.AllowList,
		}
		if diff := cmp.Diff(birth, events[0]); diff != "" {
			t.Error(diff)
		}
		events, err = b.Events(ctx, child.ID)
		want = []string{"derive by key:" + k.ID.String() + " from " + k.ID.String(), "revoke by user:7 grace 1m0s", "revoke by"}
		if diff := cmp.Diff(want, story(events)); diff != "" || err != nil {
			t.Errorf("the child: %v\n%s", err, diff)
		}
		events, err = b.Events(ctx, next.ID)
		if diff := cmp.Diff([]string{"rotate by user:7 in place of " + k.ID.String()}, story(events)); diff != "" || err != nil {
			t.Errorf("the new key: %v\n%s", err, diff)
		}
	})
}

func TestStoryOfLinks(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := WithActor(t.Context(), "user\x00:\xff7") // which no database holds
		for _, err := range []error{
			b.AddLink(ctx, LinkEdit{"1", Inbound, "2", apikey.Scopes{"build:read"}}),
			b.SetLinkMode(ctx, "1", "", Listed),
			b.RemoveLink(ctx, "1", Inbound, "2"),
			b.AddLink(ctx, LinkEdit{Project: "2", Direction: Inbound, Other: "1"}),
		} {
			refusedAs(t, "edit", err, nil)
		}
		events, err := b.LinkEvents(ctx, "1")
		by := " by user\uFFFD:\uFFFD7 "
		want := []string{"link_add" + by + "inbound 2", "link_mode" + by + "inbound as it was, outbound listed", "link_remove" + by + "inbound 2"}
		if diff := cmp.Diff(want, story(events)); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
		if !cmp.Equal(events[0].Scopes, apikey.Scopes{"build:read"}) || !events[0].At.Equal(b.clock.Now()) {
			t.Errorf("the first event: %+v", events[0])
		}
		if events, err := b.LinkEvents(ctx, "\x00"); len(events) != 0 || err != nil {
			t.Errorf("of an id that no database holds: %v, %v", events, err)
		}
	})
}

// A change whose event cannot be written does not happen, and is not logged.
func TestNoChangeWithoutItsEvent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		var log strings.Builder
		b := newBench(t, db, Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		k, raw := b.mint(t, Spec{})
		log.Reset()
		if _, err := db.Exec(`DROP TABLE buildkey_events`); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"create": third(b.Create(t.Context(), Spec{Project: "1"})),
			"revoke": b.Revoke(t.Context(), k.ID, 0),
			"rotate": third(b.Rotate(t.Context(), k.ID, 0)),
			"link":   b.AddLink(t.Context(), LinkEdit{Project: "1", Direction: Inbound, Other: "2"}),
		} {
			refusedAs(t, name, err, apikey.ErrUnavailable)
		}
		refusedAs(t, "the key", second(b.Verify(t.Context(), raw)), nil)
		if keys, links := b.count(t, "buildkey_keys"), b.count(t, "buildkey_links"); keys != 1 || links != 0 {
			t.Errorf("%d keys and %d links", keys, links)
		}
		if log.Len() > 0 {
			t.Errorf("logged: %s", log.String())
		}
	})
}

func TestLogNamesTheKey(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	b := newBench(t, dbtest.SQLite(t), Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	k, raw := b.mint(t, Spec{CreatedBy: "ci"})
	refusedAs(t, "revoke", b.Revoke(t.Context(), k.ID, 0), nil)
	for _, want := range []string{`msg="keystore: create" key=` + k.ID.String() + " actor=ci", `msg="keystore: revoke" key=` + k.ID.String()} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, log.String())
		}
	}
	if strings.Contains(log.String(), raw[25:50]) {
		t.Error("the log holds the secret")
	}
}

// A line about what the caller may yet roll back says so.
func TestLogTellsWhatIsNotCommitted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		var log strings.Builder
		b := newBench(t, db, Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		log.Reset()
		b.mint(t, Spec{})
		refusedAs(t, "link", b.SetLinkMode(t.Context(), "1", Open, ""), nil)
		if n := strings.Count(log.String(), "\n"); n != 2 || strings.Contains(log.String(), "committed") {
			t.Errorf("in transactions of its own the store logs\n%s", log.String())
		}
		log.Reset()
		tx, err := db.BeginTxx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		k, _, err := b.In(tx).Create(t.Context(), Spec{Project: "1"})
		refusedAs(t, "create", err, nil)
		refusedAs(t, "revoke", b.In(tx).Revoke(t.Context(), k.ID, 0), nil)
		refusedAs(t, "link", b.In(tx).SetLinkMode(t.Context(), "1", Listed, ""), nil)
		if lines := strings.Count(log.String(), "\n"); lines != 3 || strings.Count(log.String(), " committed=false\n") != lines {
			t.Errorf("in one of the caller's the store logs\n%s", log.String())
		}
	})
}
