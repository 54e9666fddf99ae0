package readme

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

const root = "../.."

// blocks are the fenced blocks of a language in README.md.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		t.Fatalf("no block of %s in README.md", language)
	}
	return out
}

// TestProgram runs the quick start as pasted, but for its address, and each of
// the curl lines below it against what the line's comment says.
func TestProgram(t *testing.T) {
	t.Parallel()
	program := blocks(t, "go")[0]
	if n := strings.Count(program, "\n"); n >= 80 {
		t.Errorf("the program has %d lines: fewer than 80 were promised", n)
	}
	address := freeAddress(t)
	key := start(t, strings.ReplaceAll(program, "127.0.0.1:8080", address))
	ran := 0
	for _, block := range blocks(t, "sh") {
		for line := range strings.Lines(block) {
			if command, comment, ok := strings.Cut(line, "#"); ok && strings.HasPrefix(line, "curl ") {
				ran++
				run(t, strings.ReplaceAll(command, "127.0.0.1:8080", address), key, strings.TrimSpace(comment))
			}
		}
	}
	if ran != 5 {
		t.Errorf("%d curl lines were run", ran)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start builds the program in this module, runs it in a folder of its own and
// returns the key that it prints.
func start(t *testing.T, program string) (key string) {
	t.Helper()
	folder := t.TempDir()
	source, binary := filepath.Join(folder, "main.go"), filepath.Join(folder, "quickstart")
	if err := os.WriteFile(source, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", binary, source)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the program does not build: %v\n%s", err, out)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, binary)
	cmd.Dir = folder
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if key, ok := strings.CutPrefix(lines.Text(), "KEY="); ok {
			return key
		}
	}
	t.Fatal("the program printed no key")
	return ""
}

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
	status, body := send(t, request(t, strings.Split(strings.TrimSpace(string(words)), "\n")))
	switch {
	case strings.HasPrefix(comment, "{"):
		if body != comment || status != "200" {
			t.Errorf("%s\nanswered %s %s, README says %s", command, status, body, comment)
		}
	case !strings.HasPrefix(comment, status):
		t.Errorf("%s\nanswered %s %s, README says %s", command, status, body, comment)
	case strings.Contains(comment, "naming the column") && !strings.Contains(body, "project_id"):
		t.Errorf("%s\nanswered %s, which names no column", command, body)
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

// send waits for the program to listen.
func send(t *testing.T, r *http.Request) (status, body string) {
	t.Helper()
	for {
		answer, err := http.DefaultClient.Do(r)
		if errors.Is(err, syscall.ECONNREFUSED) && t.Context().Err() == nil {
			runtime.Gosched()
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return strconv.Itoa(answer.StatusCode), strings.TrimSpace(string(text))
	}
}

// TestMakeTargets holds every make command of the Markdown to the Makefile.
func TestMakeTargets(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?m)(?:^|`)make ([a-z]+)").FindAllStringSubmatch(string(text), -1) {
			seen[m[1]] = true
		}
	}
	for target := range seen {
		cmd := exec.CommandContext(t.Context(), "make", "-n", target)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("make %s: %v\n%s", target, err, out)
		}
	}
	for _, target := range []string{"run", "demo", "test", "help"} {
		if !seen[target] {
			t.Errorf("README.md does not say make %s", target)
		}
	}
}
