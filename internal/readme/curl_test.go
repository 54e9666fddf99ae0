package readme

import (
	"errors"
	"io"
	"net/http"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// run sends what a curl line says and holds the answer to its comment: a status,
// or a body. The shell splits the line; curl itself is not needed.
func run(t *testing.T, command, key, comment string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `curl() { printf '%s\n' "$@"; }; `+command)
	cmd.Env = []string{"KEY=" + key}
	words, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	got, err := send(request(t, strings.Split(strings.TrimSpace(string(words)), "\n")))
	if err != nil {
		t.Fatal(err)
	}
	want := got.status
	if strings.HasPrefix(comment, "{") {
		want = got.body
	}
	switch {
	case want == "" || !strings.HasPrefix(comment, want) || (want == got.body && got.status != "200"):
		t.Errorf("%s\nanswered %+v, README says %s", command, got, comment)
	case strings.Contains(comment, "naming the column") && !strings.Contains(got.body, "project_id"):
		t.Errorf("%s\nanswered %s, which names no column", command, got.body)
	case got.body != "" && !strings.HasSuffix(got.kind, "json"):
		t.Errorf("%s\nanswered %q as %q", command, got.body, got.kind)
	}
}

// request is what curl would send for the options that README.md uses.
func request(t *testing.T, words []string) *http.Request {
	t.Helper()
	method, body, target := http.MethodGet, "", ""
	header := http.Header{}
	for i := 0; i < len(words); i++ {
		option := words[i]
		if !strings.HasPrefix(option, "-") {
			target = option
			continue
		}
		i++
		switch option {
		case "-H":
			name, value, _ := strings.Cut(words[i], ": ")
			header.Set(name, value)
		case "-X":
			method = words[i]
		case "-d":
			body = words[i]
		default:
			t.Fatalf("the test does not know curl's %s", option)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	return r
}

// answer is what the program answered.
type answer struct{ status, kind, body string }

// send waits for the program to listen.
func send(r *http.Request) (answer, error) {
	got, err := http.DefaultClient.Do(r)
	for errors.Is(err, syscall.ECONNREFUSED) && r.Context().Err() == nil {
		runtime.Gosched()
		got, err = http.DefaultClient.Do(r)
	}
	if err != nil {
		return answer{}, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	return answer{strconv.Itoa(got.StatusCode), got.Header.Get("Content-Type"), strings.TrimSpace(string(text))}, err
}
