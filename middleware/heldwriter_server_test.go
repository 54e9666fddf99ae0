package middleware

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// startServer serves h with the major version of HTTP, until the test ends.
func startServer(t *testing.T, h http.Handler, major int) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if major == 2 {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	server.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t.Cleanup(server.Close)
	return server
}

func roundTrip(t *testing.T, server *httptest.Server, method string) *http.Response {
	t.Helper()
	resp, err := send(t.Context(), server, method)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if server.EnableHTTP2 != (resp.ProtoMajor == 2) {
		t.Fatalf("the answer came by HTTP/%d", resp.ProtoMajor)
	}
	return resp
}

func send(ctx context.Context, server *httptest.Server, method string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, server.URL, nil)
	if err != nil {
		return nil, err
	}
	return server.Client().Do(req)
}

// versions runs the test on both servers.
func versions(t *testing.T, test func(t *testing.T, major int)) {
	t.Helper()
	for name, major := range map[string]int{"HTTP/1.1": 1, "HTTP/2": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, major)
		})
	}
}

func TestHeldWriterTrailers(t *testing.T) {
	t.Parallel()
	versions(t, func(t *testing.T, major int) {
		server := startServer(t, heldHandler(func(w http.ResponseWriter, _ *http.Request, grant func()) {
			grant()
			header := w.Header() // held on to, as handlers do
			header.Set("Trailer", "X-Sum, x-count")
			_, _ = io.WriteString(w, "build")
			w.(http.Flusher).Flush()
			header.Set("X-Sum", "abc")
			header.Set("X-Count", "5")
			header.Set("X-Late", "not a trailer")
			header.Set(http.TrailerPrefix+"X-Unannounced", "def")
		}), major)
		resp := roundTrip(t, server, http.MethodGet)
		if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "build" {
			t.Fatalf("body %q, %v", body, err)
		}
		for name, want := range map[string]string{"X-Sum": "abc", "X-Count": "5", "X-Unannounced": "def", "X-Late": ""} {
			if got := resp.Trailer.Get(name); got != want {
				t.Errorf("trailer %s: %q, want %q", name, got, want)
			}
		}
	})
}

func TestHeldWriterInformational(t *testing.T) {
	t.Parallel()
	versions(t, func(t *testing.T, major int) {
		for _, row := range []struct {
			name   string
			grant  bool
			seen   int
			link   string
			status int
		}{
			{"before the grant it is left out", false, 0, "", 500},
			{"after the grant", true, 1, "</a.css>", 200},
		} {
			t.Run(row.name, func(t *testing.T) {
				server := startServer(t, heldHandler(func(w http.ResponseWriter, _ *http.Request, grant func()) {
					if row.grant {
						grant()
					}
					w.Header().Set("Link", "</a.css>")
					w.WriteHeader(http.StatusEarlyHints)
				}), major)
				var seen []textproto.MIMEHeader
				ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
					Got1xxResponse: func(_ int, header textproto.MIMEHeader) error {
						seen = append(seen, header)
						return nil
					},
				})
				resp, err := send(ctx, server, http.MethodGet)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if len(seen) != row.seen || len(seen) > 0 && seen[0].Get("Link") != row.link {
					t.Errorf("informational answers %v, want %d with the link %q", seen, row.seen, row.link)
				}
				if resp.StatusCode != row.status || resp.Header.Get("Link") != row.link {
					t.Errorf("got %d with the link %q", resp.StatusCode, resp.Header.Get("Link"))
				}
			})
		}
	})
}

func TestHeldWriterStreams(t *testing.T) {
	t.Parallel()
	versions(t, func(t *testing.T, major int) {
		next := make(chan struct{})
		server := startServer(t, heldHandler(func(w http.ResponseWriter, _ *http.Request, grant func()) {
			grant()
			_, _ = io.WriteString(w, "one\n")
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			<-next // comes when the client has read the first line
			_, _ = io.WriteString(w, "two\n")
		}), major)
		lines := bufio.NewScanner(roundTrip(t, server, http.MethodGet).Body)
		if !lines.Scan() || lines.Text() != "one" {
			t.Errorf("first line %q, %v", lines.Text(), lines.Err())
		}
		close(next)
		if !lines.Scan() || lines.Text() != "two" {
			t.Errorf("second line %q, %v", lines.Text(), lines.Err())
		}
	})
}

func TestHeldWriterHijack(t *testing.T) {
	t.Parallel()
	refused := func(w http.ResponseWriter) {
		_, _, err := http.NewResponseController(w).Hijack()
		_, _, direct := w.(http.Hijacker).Hijack()
		if !errors.Is(err, http.ErrNotSupported) || !errors.Is(direct, http.ErrNotSupported) {
			panic("hijacked")
		}
	}
	for _, row := range []struct {
		name   string
		handle heldHandler
		status int
	}{
		{"before the grant", func(w http.ResponseWriter, _ *http.Request, _ func()) { refused(w) }, 500},
		{"behind a 404", func(w http.ResponseWriter, _ *http.Request, _ func()) {
			w.WriteHeader(404)
			refused(w)
		}, 404},
		{"granted after a withheld answer", func(w http.ResponseWriter, _ *http.Request, grant func()) {
			w.WriteHeader(200)
			grant()
			refused(w)
		}, 500},
		{"granted", func(w http.ResponseWriter, _ *http.Request, grant func()) {
			grant()
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 299 Own\r\nConnection: close\r\n\r\n")
			_ = conn.Close()
		}, 299},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			resp := roundTrip(t, startServer(t, row.handle, 1), http.MethodGet)
			if resp.StatusCode != row.status {
				t.Errorf("status %d, want %d", resp.StatusCode, row.status)
			}
		})
	}
}

func TestHeldWriterController(t *testing.T) {
	t.Parallel()
	use := func(w http.ResponseWriter) error {
		c := http.NewResponseController(w)
		later := time.Now().Add(time.Hour)
		return errors.Join(c.SetReadDeadline(later), c.SetWriteDeadline(later), c.EnableFullDuplex())
	}
	versions(t, func(t *testing.T, major int) {
		server := startServer(t, heldHandler(func(w http.ResponseWriter, _ *http.Request, _ func()) {
			if err := use(w); err != nil {
				t.Error(err)
			}
			w.WriteHeader(404)
		}), major)
		roundTrip(t, server, http.MethodGet)
	})
	if err := use(newHeldWriter(httptest.NewRecorder(), func() bool { return true })); !errors.Is(err, http.ErrNotSupported) {
		t.Errorf("a recorder has no deadlines, got %v", err)
	}
}

func TestHeldWriterPastDeadline(t *testing.T) {
	t.Parallel()
	server := startServer(t, heldHandler(func(w http.ResponseWriter, _ *http.Request, grant func()) {
		grant()
		_ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0))
		_, _ = io.WriteString(w, strings.Repeat("build", 10_000))
	}), 1)
	if resp, err := send(t.Context(), server, http.MethodGet); err == nil {
		_ = resp.Body.Close()
		t.Errorf("status %d arrived past the deadline", resp.StatusCode)
	}
}

func TestHeldWriterAbort(t *testing.T) {
	t.Parallel()
	versions(t, func(t *testing.T, major int) {
		server := startServer(t, heldHandler(func(w http.ResponseWriter, _ *http.Request, _ func()) {
			w.WriteHeader(200)
			panic(http.ErrAbortHandler)
		}), major)
		if resp, err := send(t.Context(), server, http.MethodGet); err == nil {
			_ = resp.Body.Close()
			t.Errorf("status %d arrived from a handler that panicked", resp.StatusCode)
		}
	})
}
