package main

import (
	"bufio"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/internal/dbtest/cluster"
)

// asCommand makes this test program behave as withpg itself.
const asCommand = "BUILDKEY_TEST_AS_WITHPG"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// withpg is the command in a process of its own, with no server named.
func withpg(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1", dbtest.Variable+"=")
	return cmd
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want int
	}{
		{"success", []string{"--", "true"}, 0},
		{"failure of the command", []string{"--", "sh", "-c", "exit 7"}, 7},
		{"command ended by a signal", []string{"sh", "-c", "kill -TERM $$"}, 128 + int(syscall.SIGTERM)},
		{"command that does not exist", []string{"--", "/does/not/exist"}, 127},
		{"no command", nil, 2},
		{"no command after the dashes", []string{"--"}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := withpg(t, test.args...)
			// The codes are the same with a server that is there already.
			cmd.Env = append(cmd.Env, dbtest.Variable+"=postgres://unused")
			if got := code(cmd.Run()); got != test.want {
				t.Errorf("exit code = %d, want %d", got, test.want)
			}
		})
	}
}

func TestServerThatIsThereIsUsed(t *testing.T) {
	t.Parallel()
	cmd := withpg(t, "--", "sh", "-c", "echo $"+dbtest.Variable)
	cmd.Env = append(cmd.Env, dbtest.Variable+"=postgres://elsewhere")
	out, err := cmd.Output()
	if err != nil || strings.TrimSpace(string(out)) != "postgres://elsewhere" {
		t.Errorf("the command saw %q, %v; want the URL that was set", out, err)
	}
}

func TestServerIsGoneAfterTheCommand(t *testing.T) {
	t.Parallel()
	cmd := withpg(t, "--", "sh", "-c", "echo $"+dbtest.Variable+"; exit 3")
	out, err := cmd.Output()
	if code(err) != 3 {
		t.Errorf("exit code = %d, want the command's 3", code(err))
	}
	if dir := socketFolder(t, string(out)); exists(dir) {
		t.Errorf("%s is still there", dir)
	}
}

func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			// The command says its URL and waits for a signal or the end of its input.
			cmd := withpg(t, "--", "sh", "-c", "echo $"+dbtest.Variable+"; exec cat")
			in, out := pipes(t, cmd)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			dir := socketFolder(t, line)
			if !exists(filepath.Join(dir, ".s.PGSQL.5432")) {
				t.Fatalf("no server runs in %s", dir)
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			waitUntilGone(t, dir)
			in.Close()
			_ = cmd.Wait() // it was told to end; how is not the question
		})
	}
}

func pipes(t *testing.T, cmd *exec.Cmd) (io.WriteCloser, io.Reader) {
	t.Helper()
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		t.Fatal(err)
	}
	return in, out
}

func TestStartWithoutPrograms(t *testing.T) {
	t.Setenv("BUILDKEY_TEST_INSTALL", "no")
	server, err := start(cluster.Places{Path: t.TempDir()})
	if err == nil {
		server.Stop()
		t.Fatal("a server was started from an empty folder")
	}
	if !strings.Contains(err.Error(), "could not be installed") {
		t.Errorf("error %q does not say that PostgreSQL could not be installed", err)
	}
}

func socketFolder(t *testing.T, line string) string {
	t.Helper()
	u, err := url.Parse(strings.TrimSpace(line))
	if err != nil || u.Query().Get("host") == "" {
		t.Fatalf("the command saw %q as its server, %v", line, err)
	}
	return u.Query().Get("host")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func waitUntilGone(t *testing.T, dir string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(30 * time.Second)
	for exists(dir) {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s is still there after 30 seconds", dir)
		}
	}
}
