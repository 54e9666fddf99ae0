package middleware_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// TestErrorsAfterTheAnswer are logged, and change nothing of the answer.
func TestErrorsAfterTheAnswer(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		answer func(w http.ResponseWriter)
		begun  bool
		status int
		body   string
	}{
		{"nothing", func(http.ResponseWriter) {}, false, 404, ""},
		{"headers alone", func(w http.ResponseWriter) { w.Header().Set("Etag", "x") }, false, 404, ""},
		{"an empty copy", func(w http.ResponseWriter) { _, _ = io.Copy(w, onlyReader{strings.NewReader("")}) }, false, 404, ""},
		{"a hijack that fails", func(w http.ResponseWriter) { _, _, _ = http.NewResponseController(w).Hijack() }, false, 404, ""},
		{"a status", func(w http.ResponseWriter) { w.WriteHeader(201) }, true, 201, ""},
		{"a refusal", func(w http.ResponseWriter) { http.Error(w, "no", 400) }, true, 400, "no\n"},
		{"a body", func(w http.ResponseWriter) { _, _ = io.WriteString(w, "half") }, true, 200, "half"},
		{"a copy", func(w http.ResponseWriter) { _, _ = io.Copy(w, onlyReader{strings.NewReader("half")}) }, true, 200, "half"},
		{"a flush", func(w http.ResponseWriter) { w.(http.Flusher).Flush() }, true, 200, ""},
		{"WriteError", func(w http.ResponseWriter) {
			middleware.WriteError(w, request("HEAD", ""), &middleware.Problem{Status: 409})
		}, true, 409, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			w := s.serve(request("GET", ""), middleware.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
				row.answer(w)
				return apikey.ErrNotFound
			}))
			if !row.begun {
				problem(t, w, row.status)
				if w.Header().Get("Etag") != "" {
					t.Error("the problem has the Etag of another answer")
				}
			} else if w.Code != row.status || w.Body.String() != row.body {
				t.Errorf("status %d, body %q", w.Code, w.Body)
			}
			if lines := s.log.lines("had begun", `"level":"WARN"`, "not found"); (len(lines) == 1) != row.begun {
				t.Errorf("log %s", s.log)
			}
		})
	}
}

// TestErrorsAfterAPlainHandlersAnswer change nothing of it either.
func TestErrorsAfterAPlainHandlersAnswer(t *testing.T) {
	t.Parallel()
	for _, p := range []permission.Permission{permission.HasBuildAPIKey, isOwner} {
		s := newStand()
		w := httptest.NewRecorder()
		s.Authenticate(s.Require(p)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = s.CheckObject(r, mine)
			_, _ = io.WriteString(w, "half")
			middleware.WriteError(w, r, apikey.ErrNotFound)
		}))).ServeHTTP(w, request("GET", goodKey))
		if w.Code != 200 || w.Body.String() != "half" || len(s.log.lines("had begun")) != 1 {
			t.Errorf("%s: status %d, body %q, log %s", p, w.Code, w.Body, s.log)
		}
	}
}

// TestNilPointersAsErrors are failures: a handler meant to return nil, or the
// error that it left out.
func TestNilPointersAsErrors(t *testing.T) {
	t.Parallel()
	for _, err := range []error{(*middleware.Problem)(nil), (*permission.DeniedError)(nil)} {
		s := newStand()
		w := s.serve(request("GET", goodKey), middleware.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return err }))
		problem(t, w, 500)
		if len(s.log.lines("WriteError of a nil *")) != 1 {
			t.Errorf("%T: log %s", err, s.log)
		}
	}
}

func TestEarlyHintsAreNoAnswer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(middleware.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusEarlyHints)
		return &middleware.Problem{Status: 409}
	}))
	defer server.Close()
	if resp, text := fetch(t, server, "GET"); resp.StatusCode != 409 || !strings.Contains(text, "conflict") {
		t.Errorf("status %d, body %q", resp.StatusCode, text)
	}
}

type onlyReader struct{ io.Reader }

// TestErrorBehindAnothersWrapper finds the answer begun through a wrapper that
// shows what it wraps.
func TestErrorBehindAnothersWrapper(t *testing.T) {
	t.Parallel()
	s := newStand()
	w := s.serve(request("GET", ""), middleware.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		outer := transparent{w}
		_, _ = io.WriteString(outer, "half")
		middleware.WriteError(outer, r, apikey.ErrNotFound)
		return nil
	}))
	if w.Code != 200 || w.Body.String() != "half" {
		t.Errorf("status %d, body %q", w.Code, w.Body)
	}
}

type transparent struct{ http.ResponseWriter }

func (w transparent) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func TestHijackedConnectionsAreLeftAlone(t *testing.T) {
	t.Parallel()
	s := newStand()
	done := make(chan struct{})
	takes := middleware.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return err
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 299 Own\r\nConnection: close\r\n\r\n")
		return errors.Join(conn.Close(), apikey.ErrNotFound)
	})
	server := httptest.NewServer(s.Authenticate(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		takes.ServeHTTP(w, r)
	})))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || line != "HTTP/1.1 299 Own\r\n" {
		t.Errorf("%q, %v", line, err)
	}
	<-done
	if len(s.log.lines("had begun")) != 1 {
		t.Errorf("log %s", s.log)
	}
}

// TestReadFromReachesTheInnerWriter, so that sendfile stays possible.
func TestReadFromReachesTheInnerWriter(t *testing.T) {
	t.Parallel()
	spy := &copied{ResponseRecorder: httptest.NewRecorder()}
	middleware.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.Copy(w, onlyReader{strings.NewReader("build")})
		return err
	}).ServeHTTP(spy, request("GET", ""))
	if spy.times != 1 || spy.Body.String() != "build" {
		t.Errorf("copied %d times, body %q", spy.times, spy.Body)
	}
}

type copied struct {
	*httptest.ResponseRecorder
	times int
}

func (c *copied) ReadFrom(src io.Reader) (int64, error) {
	c.times++
	return io.Copy(c.ResponseRecorder, src)
}

// TestProblemsReplaceWhatWasSaidOfAnotherAnswer keeps the encoding, which
// a compressing wrapper outside may have announced.
func TestProblemsReplaceWhatWasSaidOfAnotherAnswer(t *testing.T) {
	t.Parallel()
	for key, cache := range map[string]string{goodKey: "no-store", "": "public"} {
		s := newStand()
		w := s.get(key, permission.ReadOnly, middleware.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
			for name, value := range map[string]string{
				"Content-Type": "text/csv", "Content-Length": "5", "Etag": "x", "Last-Modified": "x",
				"Content-Encoding": "gzip", "Cache-Control": "public",
			} {
				w.Header().Set(name, value)
			}
			return apikey.ErrNotFound
		}))
		problem(t, w, 404)
		h := w.Header()
		if h.Get("Content-Length")+h.Get("Etag")+h.Get("Last-Modified") != "" || h.Get("Content-Encoding") != "gzip" || h.Get("Cache-Control") != cache {
			t.Errorf("key %q: %v", key, h)
		}
	}
}

func TestProblemBody(t *testing.T) {
	t.Parallel()
	s := newStand()
	w := s.serve(request("POST", ""), middleware.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return &middleware.Problem{
			Status: 400, Code: "invalid", Title: "Bad Request", Detail: "two fields are wrong",
			Errors: []middleware.FieldProblem{{Field: "state", Detail: "unknown"}, {Field: "length", Detail: "negative"}},
			Header: http.Header{"Link": {"</docs>"}},
		}
	}))
	const want = `{"title":"Bad Request","status":400,"detail":"two fields are wrong","code":"invalid",` +
		`"errors":[{"field":"state","detail":"unknown"},{"field":"length","detail":"negative"}]}` + "\n"
	if w.Body.String() != want || w.Header().Get("Link") != "</docs>" {
		t.Errorf("body %s, headers %v", w.Body, w.Header())
	}
	if got := (&middleware.Problem{Status: 418}).Error(); got != "middleware: problem 418: I'm a teapot" {
		t.Errorf("%q", got)
	}
	if got := (&middleware.Problem{Status: 599}).Error(); got != "middleware: problem 599: Status 599" {
		t.Errorf("%q", got)
	}
}
