package readme

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

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
	crowd(t, "http://"+address+"/build/101/", key)
	ran := 0
	for _, block := range blocks(t, "sh") {
		for line := range strings.Lines(block) {
			if command, comment, ok := strings.Cut(line, "#"); ok && strings.HasPrefix(line, "curl ") {
				ran++
				run(t, strings.ReplaceAll(command, "127.0.0.1:8080", address), key, strings.TrimSpace(comment))
			}
		}
	}
	if ran != 7 {
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

// crowd sends many writes at once, the first of which is the key's first use:
// none may fail because another one is at work.
func crowd(t *testing.T, url, key string) {
	t.Helper()
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, url, strings.NewReader(`{"state":"triggered"}`))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Authorization", "Token "+key)
			if got, err := send(r); err != nil || got.status != "200" {
				t.Errorf("one PATCH of many at once: %+v, %v", got, err)
			}
		})
	}
	all.Wait()
}
