package keystore

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/go-cmp/cmp"
)

// Every field of a key comes back as it was written, by each call that reads.
func TestRecordHoldsEveryField(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		list := apikey.AllowList{{Type: "build", ID: "%s"}, {Type: "command", ID: "7"}}
		scopes := apikey.Scopes{"build:update", apikey.ScopeKeyCreate}
		parent, raw := b.mint(t, Spec{Version: "v%s", Build: "b'\"\\", Name: "é %d", Scopes: scopes, AllowList: list, CreatedBy: "me"})
		b.use(t, raw)
		child, secret, err := b.Derive(t.Context(), parent.ID, Spec{Name: "child"})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Revoke(t.Context(), child.ID, time.Minute); err != nil {
			t.Fatal(err)
		}
		b.Used(child)
		if err := b.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		now := b.clock.Now()
		want := child
		want.ActivatedAt, want.LastUsedAt, want.RevokedAt = now, now, now.Add(time.Minute)
		want.ExpiresAt = now.Add(DefaultTTL)
		verified, err := b.Verify(t.Context(), secret.Reveal())
		if diff := cmp.Diff(want, verified); diff != "" || err != nil {
			t.Errorf("Verify: %v\n%s", err, diff)
		}
		got, err := b.Get(t.Context(), child.ID)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("Get: %v\n%s", err, diff)
		}
		page, err := b.List(t.Context(), Filter{Project: "1"})
		page.Keys = slices.DeleteFunc(page.Keys, func(k apikey.Key) bool { return k.ID == parent.ID })
		if diff := cmp.Diff([]apikey.Key{want}, page.Keys); diff != "" || err != nil {
			t.Errorf("List: %v\n%s", err, diff)
		}
	})
}

func TestRecordsThatCannotBe(t *testing.T) {
	t.Parallel()
	good := []string{"1", "", "", `["a:b"]`, `["*:*"]`, "name", "", "5", "6", "", "", "", "", "", "f"}
	with := func(i int, part string) string {
		parts := append([]string(nil), good...)
		parts[i] = part
		return strings.Join(parts, partEnd)
	}
	var r row
	if err := r.Scan([]byte(with(10, "7"))); err != nil || r.project != "1" || r.activateBy != 6 || r.activatedAt.Int64 != 7 || r.expiresAt.Valid || r.parent.Valid {
		t.Fatalf("%+v, %v", r, err)
	}
	for name, column := range map[string]any{
		"nothing":                 nil,
		"an empty text":           "",
		"a part is missing":       strings.Join(good[1:], partEnd),
		"a part too many":         with(0, "1") + partEnd,
		"a part in another":       with(0, "1"+partEnd+"2"),
		"a time that is none":     with(7, "soon"),
		"a parent that is none":   with(9, "x"),
		"a truth that is neither": with(14, "maybe"),
		"no truth":                with(14, ""),
	} {
		if err := new(row).Scan(column); err == nil {
			t.Errorf("%s is taken for a record", name)
		}
	}
}

// Whoever writes the table by hand cannot make one field look like another.
func TestSignOfPartsByHand(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, raw := b.mint(t, Spec{})
		forged := "1" + partEnd + partEnd + partEnd + `["buildkey:all"]` + partEnd + `["*:*"]`
		if _, err := b.db.Exec(b.text(`UPDATE buildkey_keys SET project = ? WHERE id = ?`), forged, k.ID.String()); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, "verify", second(b.Verify(t.Context(), raw)), apikey.ErrUnavailable)
	})
}
