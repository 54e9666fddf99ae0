package middleware_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// forgetful are handlers that answer without a check. Each gets a 500 in its
// place, and a line in the log.
var forgetful = map[string]http.HandlerFunc{
	"write":    func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secret") },
	"status":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
	"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/secret", http.StatusFound) },
	"nothing":  func(http.ResponseWriter, *http.Request) {},
	"stream": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "secret")
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, "secret")
	},
	"copy": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, strings.NewReader(strings.Repeat("secret", 1000)))
	},
	"hijack": func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nsecret")
			_ = conn.Close()
		}
	},
	"headers": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "secret")
		w.Header().Set("Etag", "secret")
	},
	"an error returned after the answer": middleware.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "secret")
		return apikey.ErrNotFound
	}).ServeHTTP,
}

func TestForgottenChecksFailClosed(t *testing.T) {
	t.Parallel()
	for name, h := range forgetful {
		for _, method := range []string{"GET", "HEAD", "POST"} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				s := newStand()
				server := httptest.NewServer(s.Authenticate(s.Require(permission.Or(permission.IsStaff, isOwner))(h)))
				defer server.Close()
				resp, text := fetch(t, server, method)
				if resp.StatusCode != 500 || strings.Contains(text, "secret") || (text == "") != (method == "HEAD") {
					t.Errorf("status %d, body %q", resp.StatusCode, text)
				}
				for header, values := range resp.Header {
					if strings.Contains(strings.Join(values, ""), "secret") {
						t.Errorf("header %s: %q", header, values)
					}
				}
				if resp.Header.Get("Vary") != "Authorization" || resp.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("headers %v", resp.Header)
				}
				want := []string{`"level":"ERROR"`, "without a CheckObject that granted (IsStaff | IsOwner)", `"path":"/builds/7"`}
				if len(s.log.lines(want...)) != 1 {
					t.Errorf("log %s", s.log)
				}
			})
		}
	}
}

func fetch(t *testing.T, server *httptest.Server, method string) (*http.Response, string) {
	t.Helper()
	resp := open(t, server, method)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// open sends a request with the good key.
func open(t *testing.T, server *httptest.Server, method string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/builds/7", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Token "+goodKey)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// TestForgottenBehindAPanic leaves the answer to who recovers.
func TestForgottenBehindAPanic(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]http.HandlerFunc{"after an answer": forgetful["write"], "before any": forgetful["nothing"]} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			h := s.Require(isOwner)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				before(w, r)
				panic("own")
			}))
			w := s.serve(request("GET", goodKey), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer func() {
					if recover() != "own" {
						t.Error("the panic was swallowed")
					}
					http.Error(w, "recovered", http.StatusBadGateway)
				}()
				h.ServeHTTP(w, r)
			}))
			if w.Code != http.StatusBadGateway || w.Body.String() != "recovered\n" {
				t.Errorf("status %d, body %q", w.Code, w.Body)
			}
			if lines := s.log.lines("without a CheckObject"); (len(lines) == 1) != (name == "after an answer") {
				t.Errorf("log %s", s.log)
			}
		})
	}
}

func TestAbsentRowsNeedNoCheck(t *testing.T) {
	t.Parallel()
	s := newStand()
	w := s.get(goodKey, isOwner, middleware.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return apikey.ErrNotFound }))
	problem(t, w, 404)
	if len(s.log.lines(`"level":"DEBUG"`, goodID.String())) != 1 {
		t.Errorf("log %s", s.log)
	}
}

// TestWrappersKeepTheController streams through every wrapper there is.
func TestWrappersKeepTheController(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]permission.Permission{"held": isOwner, "not held": permission.HasBuildAPIKey} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			next := make(chan struct{})
			server := httptest.NewServer(s.Authenticate(s.Require(p)(middleware.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
				if err := s.CheckObject(r, mine); err != nil {
					return err
				}
				c := http.NewResponseController(w)
				later := time.Now().Add(time.Hour)
				if err := errors.Join(c.SetReadDeadline(later), c.SetWriteDeadline(later), c.EnableFullDuplex()); err != nil {
					t.Error(err)
				}
				n, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("one\n"))
				if n != 4 || err != nil {
					t.Errorf("ReadFrom: %d, %v", n, err)
				}
				if err := c.Flush(); err != nil {
					t.Error(err)
				}
				<-next // comes when the client has read the first line
				_, err = io.WriteString(w, "two\n")
				return err
			}))))
			defer server.Close()
			stream := open(t, server, "GET").Body
			defer stream.Close()
			lines := bufio.NewScanner(stream)
			if !lines.Scan() || lines.Text() != "one" {
				t.Errorf("first line %q", lines.Text())
			}
			close(next)
			if !lines.Scan() || lines.Text() != "two" {
				t.Errorf("second line %q", lines.Text())
			}
		})
	}
}

// TestDecidedRoutesPayNothing hands on a writer that holds nothing back: behind
// the one of Authenticate is the very writer of the server.
func TestDecidedRoutesPayNothing(t *testing.T) {
	t.Parallel()
	s := newStand()
	recorder := httptest.NewRecorder()
	s.Authenticate(s.Require(permission.Or(permission.HasBuildAPIKey, isOwner))(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok || wrapper.Unwrap() != http.ResponseWriter(recorder) {
			t.Errorf("the writer is wrapped twice: %T", w)
		}
	}))).ServeHTTP(recorder, request("GET", goodKey))
}
