package keystore_test

import (
	"slices"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// mostRead is how many rows one verification may look at, however many projects
// list the key's or are open: two parts of 401 entries, each with a look at the
// other side, and the key's own rows.
const mostRead = 2000

// 20,000 projects that list one project, are open to all, or both, do not make its
// keys slower without bound.
func TestCrowdCannotSlowVerification(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, setup string
		project     apikey.ID
		links       int
		most        int
	}{
		{"listed by nobody", ``, "p1", 0, 10},
		{"listed by 20,000", ``, "crowded", 400, mostRead},
		{"beside 20,000 that are open", `UPDATE buildkey_projects SET inbound_open = true`, "p1", 400, mostRead},
		{"listed by 20,000 that are open", `UPDATE buildkey_projects SET inbound_open = true`, "crowded", 400, mostRead},
		{"not going out", `INSERT INTO buildkey_projects (id, outbound_open) VALUES ('crowded', false)`, "crowded", 0, 10},
		{"with 200 entries of its own", `INSERT INTO buildkey_links (project, direction, other) SELECT 'crowded', 'outbound', 'l' || n FROM generate_series(1, 200) AS n`, "crowded", 400, mostRead},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := postgresRig(t, 1)
			r.fill(t, append(slices.Clone(manyLinks), row.setup))
			_, secret := r.mint(t, keystore.Spec{Project: row.project})
			if err := failed(r.Verify(t.Context(), secret.Reveal())); err != nil {
				t.Error(err)
			}
			for _, mode := range planModes {
				var k apikey.Key
				n := r.rowsRead(t, mode, func(in *keystore.Store) (err error) {
					k, err = in.Verify(t.Context(), secret.Reveal())
					return err
				})
				if len(k.Links) != row.links || k.LinksCut != (row.links == 400) {
					t.Errorf("%d links, cut: %v; want %d", len(k.Links), k.LinksCut, row.links)
				}
				if n == 0 || n > row.most {
					t.Errorf("%s: %d rows were read, want at most %d", mode, n, row.most)
				}
			}
		})
	}
}
