package permission_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/buildkey/buildkey/permission"
)

var builderRoute = permission.Or(permission.HasBuildAPIKey, permission.Restricted)

// deep is a tree with five operators above its deepest leaf, all of whose
// leaves run.
func deep() permission.Permission {
	g, d := permission.AllowAny, permission.DenyAll
	p := permission.And(g, permission.Not(d))
	for range 3 {
		p = permission.Or(d, permission.Not(permission.HasScope("key:create")), permission.And(g, p))
	}
	return permission.Not(permission.And(p, g, permission.Not(d)))
}

func as(caller, method string) *http.Request {
	r := httptest.NewRequest(method, "/", nil)
	return r.WithContext(callers[caller](r.Context()))
}

// decisions are what the allocations and times below are taken of.
var decisions = []struct {
	name    string
	p       permission.Permission
	r       *http.Request
	obj     any
	verdict permission.Verdict
}{
	{"Or/key", builderRoute, as("build key", "PATCH"), nil, grant},
	{"Or/anyone reads", builderRoute, as("nobody", "GET"), nil, grant},
	{"Or/denied", builderRoute, as("nobody", "PATCH"), nil, deny},
	{"Or/staff", builderRoute, as("staff", "PATCH"), nil, grant},
	{"deep/key", deep(), as("build key", "PATCH"), nil, deny},
	{"deep/nobody", deep(), as("nobody", "PATCH"), nil, deny},
	{"object/pending", permission.Not(leafOf(kinds[4]).build(nil)), as("nobody", "GET"), nil, pending},
	{"object/negated", permission.Not(leafOf(kinds[3]).build(nil)), as("nobody", "GET"), &row{}, deny},
	{"scope/denied", permission.And(permission.HasBuildAPIKey, permission.HasScope("key:create")), as("build key", "POST"), nil, deny},
}

// TestDecidingAllocatesNothing is not parallel: AllocsPerRun counts for the
// whole program.
func TestDecidingAllocatesNothing(t *testing.T) {
	for _, row := range decisions {
		if d := row.p.Decide(row.r, row.obj); d.Verdict != row.verdict {
			t.Errorf("%s: %s, want %s", row.name, show(d), row.verdict)
		}
		if n := testing.AllocsPerRun(100, func() { row.p.Decide(row.r, row.obj) }); n != 0 {
			t.Errorf("%s: %v allocations", row.name, n)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, row := range decisions {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				row.p.Decide(row.r, row.obj)
			}
		})
	}
}

func BenchmarkExplain(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		permission.Explain(builderRoute, decisions[0].r, nil)
	}
}
