package middleware

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// heldHandler is a handler under test; grant stands for a CheckObject that granted.
type heldHandler func(w http.ResponseWriter, r *http.Request, grant func())

// ServeHTTP runs the handler as the Guard does, between headers that it sets and
// the 500 that it writes.
func (h heldHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Authorization")
	var granted atomic.Bool
	held := newHeldWriter(w, granted.Load)
	h(held, r, func() { granted.Store(true) })
	held.Finish()
	if held.Replaced() {
		http.Error(w, "forgotten", http.StatusInternalServerError)
	}
}

// addHeaders sets what must not leak from a withheld answer.
func addHeaders(w http.ResponseWriter) {
	for _, name := range leaks {
		w.Header().Set(name, "5")
	}
	w.Header().Del("Vary")
}

var leaks = []string{"Set-Cookie", "Location", "Etag", "X-Count"}

type heldRow struct {
	name   string
	handle heldHandler
	status int
	body   string
}

// withheldRows are answers that become the Guard's 500.
var withheldRows = []heldRow{
	{name: "status 200", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) {
		w.Header().Set("Content-Length", "5")
		w.WriteHeader(200)
		_, _ = io.WriteString(w, "stole")
	}},
	{name: "write alone", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) {
		if n, err := io.WriteString(w, "stole"); n != 5 || err != nil {
			panic("the handler noticed")
		}
	}},
	{name: "empty write", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) { _, _ = w.Write(nil) }},
	{name: "long write", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) {
		_, _ = io.WriteString(w, strings.Repeat("stole", 10_000))
	}},
	{name: "copy", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) {
		if n, err := io.Copy(w, onlyReader{strings.NewReader(strings.Repeat("stole", 10_000))}); n != 50_000 || err != nil {
			panic("the handler noticed")
		}
	}},
	{name: "flush", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) { w.(http.Flusher).Flush() }},
	{name: "flush by the controller", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) {
		if err := http.NewResponseController(w).Flush(); !errors.Is(err, errWithheld) {
			panic("a handler that streams cannot notice")
		}
	}},
	{name: "nothing at all", handle: func(http.ResponseWriter, *http.Request, func()) {}},
	{name: "created", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) { w.WriteHeader(201) }},
	{name: "no content", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) { w.WriteHeader(204) }},
	{name: "redirect", handle: func(w http.ResponseWriter, r *http.Request, _ func()) {
		http.Redirect(w, r, "/stolen", http.StatusFound)
	}},
	{name: "not modified", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) { w.WriteHeader(304) }},
	{name: "399", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) { w.WriteHeader(399) }},
	{name: "switching protocols", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) { w.WriteHeader(101) }},
	{name: "no status at all", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) { w.WriteHeader(0) }},
	{name: "grant after the answer", handle: func(w http.ResponseWriter, _ *http.Request, grant func()) {
		w.WriteHeader(200)
		grant()
		_, _ = io.WriteString(w, "stole")
	}},
	{name: "another status after the answer", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) {
		_, _ = io.WriteString(w, "stole")
		w.WriteHeader(404)
		w.WriteHeader(103)
	}},
	{name: "copy after the answer", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) {
		w.WriteHeader(200)
		_, _ = io.Copy(w, onlyReader{strings.NewReader("stole")})
	}},
	{name: "headers after the answer", handle: func(w http.ResponseWriter, _ *http.Request, _ func()) {
		header := w.Header()
		w.WriteHeader(200)
		header.Set("Trailer", "X-Late")
		header.Set("X-Late", "stole")
		header.Set(http.TrailerPrefix+"X-Later", "stole")
		w.Header().Set("Set-Cookie", "stole")
	}},
}

// passedRows are answers that arrive as given.
var passedRows = []heldRow{
	{"400", func(w http.ResponseWriter, _ *http.Request, _ func()) { http.Error(w, "bad", 400) }, 400, "bad\n"},
	{"404", func(w http.ResponseWriter, _ *http.Request, _ func()) { http.Error(w, "gone", 404) }, 404, "gone\n"},
	{"503", func(w http.ResponseWriter, _ *http.Request, _ func()) {
		http.Error(w, "later", http.StatusServiceUnavailable)
	}, 503, "later\n"},
	{"404 with a body and a flush", func(w http.ResponseWriter, _ *http.Request, _ func()) {
		w.WriteHeader(404)
		_, _ = io.WriteString(w, "gone")
		w.(http.Flusher).Flush()
	}, 404, "gone"},
	{"404 with a copied body", func(w http.ResponseWriter, _ *http.Request, _ func()) {
		w.WriteHeader(404)
		_, _ = io.Copy(w, onlyReader{strings.NewReader("gone")})
	}, 404, "gone"},
	{"404 after a copy of nothing", func(w http.ResponseWriter, _ *http.Request, _ func()) {
		if n, err := io.Copy(w, onlyReader{strings.NewReader("")}); n != 0 || err != nil {
			panic("an empty copy wrote")
		}
		http.Error(w, "gone", 404)
	}, 404, "gone\n"},
	{"503 after a copy that failed", func(w http.ResponseWriter, _ *http.Request, _ func()) {
		if _, err := io.Copy(w, brokenReader{}); err == nil {
			panic("the error of the source was lost")
		}
		http.Error(w, "later", http.StatusServiceUnavailable)
	}, 503, "later\n"},
	{"granted write", func(w http.ResponseWriter, _ *http.Request, grant func()) {
		grant()
		_, _ = io.WriteString(w, "build")
	}, 200, "build"},
	{"granted status", func(w http.ResponseWriter, _ *http.Request, grant func()) {
		grant()
		w.WriteHeader(201)
		_, _ = io.WriteString(w, "build")
	}, 201, "build"},
	{"granted short copy", func(w http.ResponseWriter, _ *http.Request, grant func()) {
		grant()
		_, _ = io.Copy(w, onlyReader{strings.NewReader("build")})
	}, 200, "build"},
	{"granted long copy", func(w http.ResponseWriter, _ *http.Request, grant func()) {
		grant()
		_, _ = io.Copy(w, onlyReader{strings.NewReader(strings.Repeat("build", 10_000))})
	}, 200, strings.Repeat("build", 10_000)},
	{"granted flush", func(w http.ResponseWriter, _ *http.Request, grant func()) {
		grant()
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, "build")
	}, 200, "build"},
	{"granted silence", func(_ http.ResponseWriter, _ *http.Request, grant func()) { grant() }, 200, ""},
	{"granted no content", func(w http.ResponseWriter, _ *http.Request, grant func()) {
		grant()
		w.WriteHeader(204)
	}, 204, ""},
	{"granted redirect", func(w http.ResponseWriter, _ *http.Request, grant func()) {
		grant()
		w.WriteHeader(302)
	}, 302, ""},
}

// onlyReader hides WriteTo, so that io.Copy asks for ReadFrom.
type onlyReader struct{ io.Reader }

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("broken") }

// TestHeldWriter runs every row by every way and method.
func TestHeldWriter(t *testing.T) {
	t.Parallel()
	for _, way := range heldWays {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			t.Run(way.name+" "+method, func(t *testing.T) {
				t.Parallel()
				for _, row := range withheldRows {
					t.Run("withheld/"+row.name, func(t *testing.T) {
						row.status, row.body = 500, "forgotten\n"
						resp := row.run(t, method, way.do)
						checkLeaks(t, resp, "", "Authorization")
					})
				}
				for _, row := range passedRows {
					t.Run("passed/"+row.name, func(t *testing.T) {
						resp := row.run(t, method, way.do)
						checkLeaks(t, resp, "5", "")
					})
				}
			})
		}
	}
}

// run serves the row, whose handler sets headers first, and checks what arrives
// but for the headers.
func (row heldRow) run(t *testing.T, method string, do func(*testing.T, http.Handler, string) *http.Response) *http.Response {
	t.Helper()
	resp := do(t, heldHandler(func(w http.ResponseWriter, r *http.Request, grant func()) {
		addHeaders(w)
		row.handle(w, r, grant)
	}), method)
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != row.status {
		t.Errorf("status %d, want %d", resp.StatusCode, row.status)
	}
	if got := string(body); got != row.body && (method != http.MethodHead || got != "") {
		t.Errorf("body %.40q, want %.40q", got, row.body)
	}
	return resp
}

// checkLeaks checks the headers that the handler set, those that the Guard had
// set, and that there are no trailers.
func checkLeaks(t *testing.T, resp *http.Response, want, vary string) {
	t.Helper()
	for _, name := range leaks {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := resp.Header.Get("Vary"); got != vary {
		t.Errorf("Vary: %q, want %q", got, vary)
	}
	if got := resp.Header.Get("Content-Length"); vary != "" && got == "5" {
		t.Error("the withheld Content-Length leaked")
	}
	if len(resp.Trailer) != 0 {
		t.Errorf("trailers %v", resp.Trailer)
	}
}

// heldWays are the writers that net/http has.
var heldWays = []struct {
	name string
	do   func(t *testing.T, h http.Handler, method string) *http.Response
}{
	{"recorder", func(_ *testing.T, h http.Handler, method string) *http.Response {
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, httptest.NewRequest(method, "/", nil))
		return recorder.Result()
	}},
	{"HTTP/1.1", func(t *testing.T, h http.Handler, method string) *http.Response {
		return roundTrip(t, startServer(t, h, 1), method)
	}},
	{"HTTP/2", func(t *testing.T, h http.Handler, method string) *http.Response {
		return roundTrip(t, startServer(t, h, 2), method)
	}},
}
