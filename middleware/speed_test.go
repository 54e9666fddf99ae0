package middleware_test

import (
	"net/http"
	"testing"

	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// sink is a ResponseWriter that costs nothing.
type sink struct{ header http.Header }

func (w sink) Header() http.Header       { return w.header }
func (sink) Write(p []byte) (int, error) { return len(p), nil }
func (sink) WriteHeader(int)             {}

// costs are whole ways through the guard around an empty handler, with the
// allocations that they may take.
var costs = []struct {
	name, key string
	p         permission.Permission
	allocs    float64
}{
	{"nobody, AllowAny", "", permission.AllowAny, 2},
	{"key, AllowAny", goodKey, permission.AllowAny, 5},
	{"nobody reads", "", permission.Or(permission.HasBuildAPIKey, permission.Restricted), 2},
	{"key", goodKey, permission.Or(permission.HasBuildAPIKey, permission.Restricted), 4}, // one is the keyring's
	{"key, pending", goodKey, isOwner, 11},
}

func (s *stand) way(p permission.Permission) http.Handler {
	s.User = nil
	return s.Authenticate(s.Require(p)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p == isOwner {
			_ = s.CheckObject(r, mine)
		}
	})))
}

// TestTheGuardAllocatesLittle is not parallel: AllocsPerRun counts for the whole
// program.
func TestTheGuardAllocatesLittle(t *testing.T) {
	for _, row := range costs {
		h, r, w := newStand().way(row.p), request("PATCH", row.key), sink{http.Header{}}
		if row.key == "" {
			r.Method = "GET"
		}
		n := testing.AllocsPerRun(100, func() {
			clear(w.header)
			h.ServeHTTP(w, r)
		})
		if n > row.allocs {
			t.Errorf("%s: %v allocations, want %v at most", row.name, n, row.allocs)
		}
	}
}

func BenchmarkGuard(b *testing.B) {
	for _, row := range costs {
		b.Run(row.name, func(b *testing.B) {
			h, r, w := newStand().way(row.p), request("GET", row.key), sink{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				h.ServeHTTP(w, r)
			}
		})
	}
}

func BenchmarkRefusal(b *testing.B) {
	s := newStand()
	s.Guard = &middleware.Guard{Keys: s.keys, Logger: s.log.logger()}
	h, r, w := s.way(permission.HasBuildAPIKey), request("GET", ""), sink{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		s.log.text.Reset()
		h.ServeHTTP(w, r)
	}
}
