package middleware

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// spyWriter is an inner writer that counts how it is copied to.
type spyWriter struct {
	*httptest.ResponseRecorder
	copied int
}

func (w *spyWriter) ReadFrom(src io.Reader) (int64, error) {
	w.copied++
	return io.Copy(w.ResponseRecorder, src)
}

// plainWriter has the three methods of a ResponseWriter and no others.
type plainWriter struct{ http.ResponseWriter }

func always() bool { return true }
func never() bool  { return false }

func TestHeldWriterKeepsReadFrom(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		granted func() bool
		size    int
		copied  int
	}{
		{"granted", always, 4096, 1},
		{"granted, exactly what is read first", always, 512, 1},
		{"granted, and short", always, 511, 0},
		{"withheld", never, 4096, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), "artifact")
			if err := os.WriteFile(name, make([]byte, row.size), 0o600); err != nil {
				t.Fatal(err)
			}
			file, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			spy := &spyWriter{ResponseRecorder: httptest.NewRecorder()}
			n, err := io.Copy(newHeldWriter(spy, row.granted), file)
			if n != int64(row.size) || err != nil {
				t.Errorf("copied %d, %v, want %d", n, err, row.size)
			}
			if spy.copied != row.copied {
				t.Errorf("the inner ReadFrom ran %d times, want %d", spy.copied, row.copied)
			}
			if got := spy.Body.Len(); row.granted() != (got == row.size) || !row.granted() != (got == 0) {
				t.Errorf("%d bytes arrived", got)
			}
		})
	}
}

func TestHeldWriterHidesItsInnerWriter(t *testing.T) {
	t.Parallel()
	var held any = newHeldWriter(httptest.NewRecorder(), never)
	if _, ok := held.(interface{ Unwrap() http.ResponseWriter }); ok {
		t.Error("Unwrap leads past the writer")
	}
	if _, ok := held.(http.Pusher); ok {
		t.Error("Push sends before the grant")
	}
}

func TestHeldWriterOnAPlainWriter(t *testing.T) {
	t.Parallel()
	recorder := httptest.NewRecorder()
	held := newHeldWriter(plainWriter{recorder}, always)
	if err := held.FlushError(); !errors.Is(err, http.ErrNotSupported) {
		t.Errorf("flush: %v, want http.ErrNotSupported", err)
	}
	if _, _, err := held.Hijack(); !errors.Is(err, http.ErrNotSupported) {
		t.Errorf("hijack: %v, want http.ErrNotSupported", err)
	}
	if _, err := io.WriteString(held, "build"); err != nil || recorder.Body.String() != "build" {
		t.Errorf("body %q, %v", recorder.Body, err)
	}
}

func TestHeldWriterLeavesHeadersAlone(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		handle func(w *heldWriter)
	}{
		{"before any answer", func(*heldWriter) {}},
		{"withheld", func(w *heldWriter) { w.WriteHeader(200) }},
		{"withheld at the end", func(w *heldWriter) { w.Finish() }},
		{"informational", func(w *heldWriter) { w.WriteHeader(103) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inner := plainWriter{httptest.NewRecorder()}
			inner.Header().Set("Vary", "Authorization")
			held := newHeldWriter(inner, never)
			header := held.Header()
			header["Vary"][0] = "changed in place"
			header.Set("Set-Cookie", "a=b")
			row.handle(held)
			header.Set("Location", "/")
			if got := inner.Header(); len(got) != 1 || got.Get("Vary") != "Authorization" {
				t.Errorf("the inner headers became %v", got)
			}
		})
	}
}

// TestHeldWriterPanics has a recovery outside, whose answer holds nothing of the
// handler's.
func TestHeldWriterPanics(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		before func(w http.ResponseWriter, grant func())
		status int
	}{
		{"before any answer", func(http.ResponseWriter, func()) {}, 503},
		{"granted, before any answer", func(_ http.ResponseWriter, grant func()) { grant() }, 503},
		{"behind a withheld answer", func(w http.ResponseWriter, _ func()) { w.WriteHeader(200) }, 503},
		{"behind a 404", func(w http.ResponseWriter, _ func()) { w.WriteHeader(404) }, 404},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			recorder := httptest.NewRecorder()
			func() {
				defer func() {
					if recovered := recover(); recovered != "own" {
						t.Errorf("recovered %v", recovered)
					}
					http.Error(recorder, "recovered", http.StatusServiceUnavailable)
				}()
				heldHandler(func(w http.ResponseWriter, _ *http.Request, grant func()) {
					w.Header().Set("Set-Cookie", "a=b")
					row.before(w, grant)
					panic("own")
				}).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", nil))
			}()
			resp := recorder.Result()
			if resp.StatusCode != row.status {
				t.Errorf("status %d, want %d", resp.StatusCode, row.status)
			}
			if cookie := resp.Header.Get("Set-Cookie"); (cookie != "") != (row.status == 404) {
				t.Errorf("cookie %q", cookie)
			}
		})
	}
}

// hijackable gives its connection away without having one.
type hijackable struct{ http.ResponseWriter }

func (hijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, nil }

func TestHeldWriterIsDoneOnceHijacked(t *testing.T) {
	t.Parallel()
	granted := true
	held := newHeldWriter(hijackable{httptest.NewRecorder()}, func() bool { return granted })
	if _, _, err := held.Hijack(); err != nil {
		t.Fatal(err)
	}
	granted = false
	held.Finish()
	if held.Replaced() {
		t.Error("a connection that was given away gets another answer")
	}
}
