package middleware_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// say answers with the text.
func say(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
}

func TestMethods(t *testing.T) {
	t.Parallel()
	s := newStand()
	path := s.
		On("GET", permission.Or(permission.HasBuildAPIKey, permission.Restricted), say("list")).
		On("POST", permission.IsStaff, say("create"))
	const allow = "GET, HEAD, POST"
	for _, row := range []struct {
		name, method, key, user string
		status                  int
		body, allow             string
	}{
		{"anyone reads", "GET", "", "", 200, "list", ""},
		{"HEAD goes where GET does", "HEAD", "", "", 200, "list", ""},
		{"staff create", "POST", "", "staff", 200, "create", ""},
		{"a key does not", "POST", goodKey, "", 403, "", ""},
		{"nobody creates", "POST", "", "", 401, "", ""},
		{"a bad key is refused first", "GET", expiredKey, "", 401, "", ""},
		{"another method, nobody: the first row's permission", "PUT", "", "", 401, "", ""},
		{"another method, a user", "PUT", "", "user", 403, "", ""},
		{"another method, a bad key", "PUT", expiredKey, "", 401, "", ""},
		{"another method, a key", "PUT", goodKey, "", 405, "", allow},
		{"another method, staff", "DELETE", "", "staff", 405, "", allow},
		{"a method in lower case is another", "get", goodKey, "", 405, "", allow},
		{"OPTIONS, anyone reads", "OPTIONS", "", "", 405, "", allow},
		{"OPTIONS, a bad key", "OPTIONS", expiredKey, "", 401, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := asUser(request(http.MethodGet, row.key), row.user)
			r.Method = row.method
			w := s.serve(r, path)
			if w.Code != row.status || w.Header().Get("Allow") != row.allow {
				t.Errorf("status %d, Allow %q, want %d, %q", w.Code, w.Header().Get("Allow"), row.status, row.allow)
			}
			if row.status >= 400 {
				problem(t, w, row.status)
			} else if w.Body.String() != row.body {
				t.Errorf("body %q, want %q", w.Body, row.body)
			}
		})
	}
}

func TestMethodsAllowed(t *testing.T) {
	t.Parallel()
	s := newStand()
	allow := permission.AllowAny
	for want, path := range map[string]*middleware.Methods{
		"POST":             s.On("POST", allow, ok),
		"GET, HEAD":        s.On("GET", allow, ok),
		"HEAD, GET":        s.On("HEAD", allow, ok).On("GET", allow, ok),
		"OPTIONS, PURGE":   s.On("OPTIONS", allow, say("own")).On("PURGE", allow, ok),
		"GET, HEAD, QUERY": s.On("GET", allow, ok).On("QUERY", allow, ok),
	} {
		w := s.serve(request("TRACE", ""), path)
		if got := w.Header().Get("Allow"); w.Code != 405 || got != want {
			t.Errorf("status %d, Allow %q, want %q", w.Code, got, want)
		}
	}
}

// TestMethodsWithAPendingFirstRow: that a method is not there is no answer about
// an object.
func TestMethodsWithAPendingFirstRow(t *testing.T) {
	t.Parallel()
	s := newStand()
	path := s.On("PATCH", isOwner, s.checked(mine))
	for method, status := range map[string]int{"PATCH": 200, "OPTIONS": 405, "DELETE": 405, "GET": 405} {
		if w := s.serve(request(method, goodKey), path); w.Code != status {
			t.Errorf("%s: %d, want %d", method, w.Code, status)
		}
	}
	forgets := s.On("PATCH", isOwner, ok)
	problem(t, s.serve(request("PATCH", goodKey), forgets), 500)
}

func TestMethodsAreNotChangedByOn(t *testing.T) {
	t.Parallel()
	s := newStand()
	get := s.On("GET", permission.AllowAny, ok)
	get.On("POST", permission.AllowAny, say("first"))
	get.On("POST", permission.AllowAny, say("second"))
	post := get.On("POST", permission.AllowAny, say("third"))
	get.On("POST", permission.AllowAny, say("fourth"))
	if w := s.serve(request("POST", ""), get); w.Code != 405 {
		t.Errorf("status %d", w.Code)
	}
	if w := s.serve(request("POST", ""), post); w.Body.String() != "third" {
		t.Errorf("body %q", w.Body)
	}
}
