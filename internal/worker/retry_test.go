package worker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAgain(t *testing.T) {
	t.Parallel()
	answer := func(status int) error { return &statusError{status: status} }
	tests := []struct {
		name string
		try  int
		err  error
		want bool
	}{
		{"400", 1, answer(400), false}, {"401", 1, answer(401), false}, {"403", 1, answer(403), false},
		{"404", 1, answer(404), false}, {"409", 1, answer(409), false}, {"410", 1, answer(410), false},
		{"501", 1, answer(501), true}, {"505", 1, answer(505), true}, {"599", 1, answer(599), true}, {"600", 1, answer(600), false},
		{"408", 1, answer(408), true}, {"429", 1, answer(429), true}, {"500", 1, answer(500), true},
		{"502", 1, answer(502), true}, {"503", 1, answer(503), true}, {"504", 1, answer(504), true},
		{"last but one try", maxTries - 1, answer(503), true}, {"last try", maxTries, answer(503), false},
		{"no answer", 1, lostError{context.DeadlineExceeded}, true},
		{"a certificate that is wrong", 1, lostError{&tls.CertificateVerificationError{Err: errors.New("x")}}, false},
		{"a redirect", 1, lostError{errRedirect}, false}, {"an answer that is no JSON", 1, errors.New("x"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := (retries{}).again(test.try, test.err); got != test.want {
				t.Errorf("again(%d, %v) = %v", test.try, test.err, got)
			}
		})
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	asks := func(value string) error {
		return &statusError{status: 503, header: http.Header{"Retry-After": {value}}}
	}
	tests := []struct {
		name   string
		try    int
		err    error
		jitter float64
		want   time.Duration
	}{
		{"first, least", 1, errors.New("x"), 0, firstWait / 2},
		{"first, most", 1, errors.New("x"), 1, firstWait},
		{"doubles", 3, errors.New("x"), 1, 4 * firstWait},
		{"has a longest", maxTries, errors.New("x"), 1, longestWait},
		{"seconds", 1, asks("7"), 1, 7 * time.Second},
		{"seconds below its own", 5, asks("1"), 1, 16 * firstWait},
		{"seconds out of proportion", 1, asks("86400"), 1, longestAsked},
		{"a date", 1, asks("Mon, 05 Jan 2026 10:00:09 GMT"), 1, 9 * time.Second},
		{"a date that has passed", 1, asks("Mon, 05 Jan 2026 09:00:00 GMT"), 1, firstWait},
		{"negative", 1, asks("-5"), 1, firstWait},
		{"nonsense", 1, asks("soon"), 1, firstWait},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := retries{now: testNow, jitter: func() float64 { return test.jitter }}
			if got := r.wait(test.try, test.err); got != test.want {
				t.Errorf("wait = %s, want %s", got, test.want)
			}
		})
	}
}

// A server that fails each call once in some way gets the same build.
func TestRunRetriesEveryCall(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		fail func(w http.ResponseWriter)
	}{
		{"408", func(w http.ResponseWriter) { w.WriteHeader(http.StatusRequestTimeout) }},
		{"429", func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }},
		{"500", func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }},
		{"connection dropped", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }},
		{"answer cut short", func(w http.ResponseWriter) { w.Header().Set("Content-Length", "99"); _, _ = w.Write([]byte("{")) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, newRepo(t, nil))
			failed := map[string]bool{}
			f.intercept = func(w http.ResponseWriter, r received, _ int) bool {
				what := fmt.Sprint(r, r.body, r.idempotency)
				if failed[what] {
					return false
				}
				failed[what] = true
				test.fail(w)
				return true
			}
			result, err := Run(t.Context(), f.config())
			if err != nil || !result.Success || !result.Revoked {
				t.Fatalf("Run() = %+v, %v", result, err)
			}
			checkIdempotency(t, f.worked())
		})
	}
}

// checkIdempotency: two commands, each posted twice with a key of its own.
func checkIdempotency(t *testing.T, calls []received) {
	t.Helper()
	posts := map[string][]string{}
	for _, call := range calls {
		if call.String() == "POST /api/v2/command/" {
			posts[call.idempotency] = append(posts[call.idempotency], fmt.Sprint(call.body["command"]))
		} else if call.idempotency != "" {
			t.Errorf("%s carries an Idempotency-Key", call)
		}
	}
	if len(posts) != 2 || posts[""] != nil {
		t.Errorf("commands by Idempotency-Key: %v, want two", posts)
	}
	for key, lines := range posts {
		if len(lines) != 2 || lines[0] != lines[1] {
			t.Errorf("Idempotency-Key %s was used for %q", key, lines)
		}
	}
}

// The answer to the last PATCH is lost: the retry's 409 is no conflict.
func TestRunFinishesOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		success any // what the build is finished with
		want    error
	}{
		{"the lost call got through", true, nil},
		{"someone else finished it as failed", false, ErrFinal},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, newRepo(t, nil))
			f.intercept = func(_ http.ResponseWriter, r received, _ int) bool {
				if r.body["state"] != stateFinished || f.build["state"] == stateFinished {
					return false
				}
				f.build["state"], f.build["success"] = stateFinished, test.success
				panic(http.ErrAbortHandler)
			}
			result, err := Run(t.Context(), f.config())
			if !errors.Is(err, test.want) || result.Success != (test.want == nil) {
				t.Errorf("Run() = %+v, %v; want %v", result, err, test.want)
			}
		})
	}
}

func TestClientGivesUp(t *testing.T) {
	t.Parallel()
	tries := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tries++
		reply(w, http.StatusServiceUnavailable, map[string]any{"title": "Busy", "errors": []any{map[string]any{"field": "a", "detail": "b"}}})
	}))
	t.Cleanup(server.Close)
	cfg, err := Config{Server: server.URL + "/", Build: "7", Credential: KeyCredential(testKey), Sleep: nap, Now: testNow, Logger: discard()}.ready()
	if err != nil {
		t.Fatal(err)
	}
	api, _ := connect(t.Context(), cfg)
	err = api.reset(t.Context(), "7")
	if err == nil || tries != maxTries || !strings.Contains(err.Error(), "POST /api/v2/build/7/reset/: the server answered 503 Service Unavailable: Busy; a: b") {
		t.Errorf("after %d tries: %v", tries, err)
	}
}
