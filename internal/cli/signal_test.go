package cli

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childVariable makes a child process of the test binary the program itself.
const childVariable = "BUILDKEY_CLI_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(Main(os.Args[1:], nil, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// mute is a PostgreSQL that accepts connections and then says nothing. Each that
// asks for something is sent on asked.
func mute(t *testing.T) (url string, asked <-chan net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	conns := make(chan net.Conn, 100)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if _, err := conn.Read(make([]byte, 1)); err == nil {
				conns <- conn
			}
		}
	}()
	return "postgres://u@" + listener.Addr().String() + "/x?sslmode=disable&connect_timeout=0", conns
}

// hurried is what a command says that gives a database up after 50 ms of silence.
func hurried(t *testing.T, args ...string) string {
	t.Helper()
	var stderr logged
	p := program{stdin: strings.NewReader(""), stdout: &stderr, stderr: &stderr, now: time.Now, silence: 50 * time.Millisecond}
	if code := p.run(t.Context(), args); code != 1 {
		t.Errorf("exit code %d", code)
	}
	return stderr.String()
}

// TestASilentDatabaseIsGivenUp, but not by a purge, which may take long: that one
// waits until the connection is closed.
func TestASilentDatabaseIsGivenUp(t *testing.T) {
	t.Parallel()
	patient, asked := mute(t)
	purged := make(chan string, 1)
	go func() { purged <- hurried(t, "keys", "purge", "--database-url", patient) }()
	first := <-asked
	url, _ := mute(t)
	if said := hurried(t, "keys", "list", "--database-url", url); !strings.Contains(said, "timeout") {
		t.Errorf("list says %q", said)
	}
	first.Close()
	for {
		select {
		case again := <-asked:
			again.Close()
		case said := <-purged:
			if strings.Contains(said, "timeout") {
				t.Errorf("purge says %q", said)
			}
			return
		}
	}
}

// TestTheSecondSignalEndsAtOnce what the first one cannot: lib/pq waits for an
// answer whatever its context says.
func TestTheSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	url, asked := mute(t)
	child := exec.Command(self, "keys", "list", "--database-url", url)
	child.Env = append(os.Environ(), childVariable+"=1")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	conn := <-asked
	defer conn.Close()
	began := time.Now()
	again, late := time.NewTicker(100*time.Millisecond), time.After(20*time.Second)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			_ = child.Process.Signal(os.Interrupt)
		case err := <-ended:
			exit, ok := errors.AsType[*exec.ExitError](err)
			if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
				t.Errorf("it ends with %v", err)
			}
			if took := time.Since(began); took < oneSignal {
				t.Errorf("a signal that is sent twice ends it after %v", took)
			}
			return
		case <-late:
			_ = child.Process.Kill()
			t.Fatal("it ignores every signal")
		}
	}
}
