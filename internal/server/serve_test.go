package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// served is a server that serves, with what it prints.
type served struct {
	t      *testing.T
	url    string
	stop   context.CancelFunc
	ended  chan error
	output *bufio.Reader
	server *Server
}

// serve opens a server and waits for its first line.
func serve(t *testing.T, cfg Config) *served {
	t.Helper()
	reader, writer := io.Pipe()
	cfg.Out = writer
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &served{t: t, stop: stop, ended: make(chan error, 1), output: bufio.NewReader(reader), server: s}
	go func() {
		r.ended <- s.Serve(ctx)
		writer.Close()
	}()
	t.Cleanup(stop)
	line, err := r.output.ReadString('\n')
	if err != nil {
		t.Fatalf("the server said nothing: %v, %v", err, <-r.ended)
	}
	r.url = strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	return r
}

// rest stops the server and is what it printed after its first line.
func (r *served) rest() string {
	r.t.Helper()
	r.stop()
	text, err := io.ReadAll(r.output)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := <-r.ended; err != nil {
		r.t.Errorf("the server ended with %v", err)
	}
	if err := r.server.Close(); err != nil {
		r.t.Error(err)
	}
	return string(text)
}

func status(t *testing.T, method, url, authorization string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", authorization)
	got, err := new(http.Transport).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	return got.StatusCode
}

// TestTokenIsPrintedOnce starts three times on one database.
func TestTokenIsPrintedOnce(t *testing.T) {
	t.Parallel()
	databaseURL := fileURL(t)
	first := serve(t, quiet(databaseURL))
	printed := first.rest()
	token := regexp.MustCompile(`TOKEN=(\S+)`).FindStringSubmatch(printed)
	if token == nil || strings.Count(printed, token[1]) != 2 || !strings.Contains(printed, "curl") {
		t.Fatalf("a first start prints %s", printed)
	}
	second := serve(t, quiet(databaseURL))
	if got := status(t, "GET", second.url+"/api/v2/keys/", "Bearer "+token[1]); got != 200 {
		t.Errorf("the token of the first start: %d", got)
	}
	if printed := second.rest(); printed != "" {
		t.Errorf("a second start prints %s", printed)
	}
	cfg := quiet(databaseURL)
	cfg.AdminToken = apikey.NewSecret("given-from-outside")
	third := serve(t, cfg)
	for presented, want := range map[string]int{"given-from-outside": 200, token[1]: 401} {
		if got := status(t, "GET", third.url+"/api/v2/keys/", "Bearer "+presented); got != want {
			t.Errorf("%s: %d, want %d", presented, got, want)
		}
	}
	if printed := third.rest(); printed != "" {
		t.Errorf("a third start prints %s", printed)
	}
}

func TestGivenTokenIsNeverPrinted(t *testing.T) {
	t.Parallel()
	cfg := quiet(fileURL(t))
	cfg.AdminToken = apikey.NewSecret("given-from-outside")
	cfg.SampleRepo = "https://git.example/sample.git"
	s := serve(t, cfg)
	if got := status(t, "GET", s.url+"/api/v2/project/?slug=sample", ""); got != 200 {
		t.Errorf("the sample: %d", got)
	}
	if text := fmt.Sprintf("%+v %#v", cfg, s.server.cfg); strings.Contains(text, "given-from-outside") {
		t.Error("a Config prints its token")
	}
	if printed := s.rest(); strings.Contains(printed, "given-from-outside") || !strings.Contains(printed, "$BUILDKEY_ADMIN_TOKEN") {
		t.Errorf("it prints %s", printed)
	}
}

func TestNoSampleLeavesTheDatabaseEmpty(t *testing.T) {
	t.Parallel()
	cfg := quiet(fileURL(t))
	cfg.NoSample = true
	s := serve(t, cfg)
	if printed := s.rest(); strings.Contains(printed, "curl") || !strings.Contains(printed, "admin token") {
		t.Errorf("without a sample it prints %s", printed)
	}
}

// TestKeysAreRemembered asks until one is verified from memory.
func TestKeysAreRemembered(t *testing.T) {
	t.Parallel()
	s := serve(t, quiet(fileURL(t)))
	sample := s.server.sample
	_, secret, err := s.server.keys.Create(t.Context(), keystore.Spec{Project: sample.project})
	if err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(20 * time.Second); s.server.CacheStats().Hits == 0; {
		if got := status(t, "GET", s.url+"/api/v2/whoami/", "Token "+secret.Reveal()); got != 200 || time.Now().After(late) {
			t.Fatalf("%d, and after 20 s at most there should be hits: %+v", got, s.server.CacheStats())
		}
	}
	s.rest()
}

// TestStopLetsRequestsEnd stops the server while it reads a request's body.
func TestStopLetsRequestsEnd(t *testing.T) {
	t.Parallel()
	cfg := quiet(fileURL(t))
	cfg.AdminToken = apikey.NewSecret(adminToken)
	s := serve(t, cfg)
	body, send := io.Pipe()
	reading := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(reading) }})
	r, err := http.NewRequestWithContext(ctx, "POST", s.url+"/api/v2/project/", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+adminToken)
	r.Header.Set("Expect", "100-continue")
	answered := make(chan int, 1)
	go func() {
		got, err := (&http.Transport{ExpectContinueTimeout: time.Minute}).RoundTrip(r)
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		got.Body.Close()
		answered <- got.StatusCode
	}()
	<-reading
	began := time.Now()
	s.stop()
	if _, err := io.WriteString(send, `{"slug": "late"}`); err != nil {
		t.Fatal(err)
	}
	send.Close()
	if got := <-answered; got != 201 {
		t.Errorf("the request that was running: %d", got)
	}
	s.rest()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if _, err := http.Get(s.url + "/healthz"); err == nil {
		t.Error("a stopped server answers")
	}
}
