package keystore

import (
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// heard collects what a change tells on the channel, up to a mark of the test's
// own. Other tests share the channel, so that only what is about ids of this one's
// counts.
func heard(t *testing.T, db *sqlx.DB, l *pq.Listener, mine []string) string {
	t.Helper()
	mark := "mark:" + t.Name() + time.Now().String()
	if _, err := db.Exec(`SELECT pg_notify('buildkey', $1)`, mark); err != nil {
		t.Fatal(err)
	}
	var words []string
	for {
		select {
		case n := <-l.Notify:
			if n == nil || n.Extra == mark {
				return strings.Join(words, " ")
			}
			for _, id := range mine {
				if strings.HasSuffix(n.Extra, ":"+id) {
					words = append(words, n.Extra)
				}
			}
		case <-t.Context().Done():
			t.Fatal("no mark came")
		}
	}
}

// listened is a store, and a listener to what its database tells.
func listened(t *testing.T) (bench, *pq.Listener) {
	t.Helper()
	dsn := dbtest.PostgresDSN(t)
	db, err := sqlx.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b := newBench(t, db, Config{Now: time.Now})
	l := pq.NewListener(dsn, time.Second, time.Minute, nil)
	t.Cleanup(func() { l.Close() })
	if err := l.Listen("buildkey"); err != nil {
		t.Fatal(err)
	}
	return b, l
}

func TestNotify(t *testing.T) {
	t.Parallel()
	b, l := listened(t)
	ctx := t.Context()
	one, two := apikey.ID("one-"+t.Name()), apikey.ID("two-"+t.Name())
	k, raw := b.mint(t, Spec{Project: one, Scopes: apikey.Scopes{"build:*", "key:create"}})
	child, _, err := b.Derive(ctx, k.ID, Spec{})
	if err != nil {
		t.Fatal(err)
	}
	lone, loneRaw := b.mint(t, Spec{Project: one})
	mine := []string{k.ID.String(), lone.ID.String(), child.ID.String(), string(one), string(two)}
	for _, row := range []struct {
		name string
		do   func() error
		want string
	}{
		{"a first use", func() error { return second(b.Verify(ctx, raw)) }, ""},
		{"another", func() error { return second(b.Verify(ctx, loneRaw)) }, ""},
		{"a last use", func() error { return b.flush(ctx) }, ""},
		{"a renewal", func() error { return second(b.Renew(ctx, lone.ID)) }, "k:" + lone.ID.String()},
		{"an inbound entry", func() error { return b.AddLink(ctx, LinkEdit{Project: two, Direction: Inbound, Other: one}) }, "p:" + string(one)},
		{"its removal", func() error { return b.RemoveLink(ctx, two, Inbound, one) }, "p:" + string(one)},
		{"an outbound entry", func() error { return b.AddLink(ctx, LinkEdit{Project: two, Direction: Outbound, Other: one}) }, "p:" + string(two)},
		{"an outbound switch", func() error { return b.SetLinkMode(ctx, one, "", Listed) }, "p:" + string(one)},
		{"the same again", func() error { return b.SetLinkMode(ctx, one, "", Listed) }, ""},
		{"a revocation and its cascade", func() error { return b.Revoke(ctx, k.ID, 0) }, "k:" + child.ID.String()}, // and all, for the parent
		{"revoked again", func() error { return b.Revoke(ctx, k.ID, 0) }, ""},
		{"the removal of a dead key", func() error { return b.Delete(ctx, k.ID) }, ""},
	} {
		if err := row.do(); err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		if got := heard(t, b.db, l, mine); got != row.want {
			t.Errorf("%s tells %q, want %q", row.name, got, row.want)
		}
	}
}

func TestNotifyOfWhatIsDoneByHand(t *testing.T) {
	t.Parallel()
	b, l := listened(t)
	k, _ := b.mint(t, Spec{})
	for _, statement := range []string{
		`UPDATE buildkey_keys SET scopes = '["build:read"]'`,
		`UPDATE buildkey_keys SET project = 'other'`,
		`DELETE FROM buildkey_keys`,
	} {
		if _, err := b.db.Exec(statement); err != nil {
			t.Fatal(err)
		}
		if got := heard(t, b.db, l, []string{k.ID.String()}); got != "k:"+k.ID.String() {
			t.Errorf("%s tells %q", statement, got)
		}
	}
}
