package worker

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
)

const helperVariable = "WORKER_TEST_PROGRAM"

// TestMain lets the test binary stand in for a program that takes a credential.
func TestMain(m *testing.M) {
	if program, ok := os.LookupEnv(helperVariable); ok {
		runProgram(program)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// spy is what a command of a build would try.
const spy = `tr '\0' '\n' < /proc/$PPID/environ 2>/dev/null; echo; echo end of the spying; env; ls -l /proc/self/fd`

func runProgram(program string) {
	if program == "take" {
		c, err := TakeCredential()
		fmt.Printf("took %v error %v left %q\n", c, err, os.Getenv(keyVariable)+os.Getenv(handleVariable)+os.Getenv(fdVariable))
		if err == nil {
			open, _, _ := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_GET_DUMPABLE, 0, 0)
			fmt.Println("it is right:", c.reveal() == testKey, "memory open:", open)
		}
	}
	out, err := exec.Command("sh", "-c", spy).CombinedOutput()
	fmt.Printf("the child says %s (%v)\n", out, err)
}

func program(t *testing.T, name string, environ ...string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "an argument", "-another=one")
	cmd.Env = append(environ, "PATH="+os.Getenv("PATH"), helperVariable+"="+name, "PLAIN=visible", "GORACE=atexit_sleep_ms=0",
		"AWS_SECRET_ACCESS_KEY=cloudsecret", "http_proxy=http://u:p@h:1")
	cmd.Stdin = strings.NewReader("")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// The control: without TakeCredential a child reads the key.
func TestAChildReadsItsParentsEnvironment(t *testing.T) {
	t.Parallel()
	if out := program(t, "idle", keyVariable+"="+testKey); !strings.Contains(out, testKey) {
		t.Errorf("the child did not find the key, so the tests beside this one show nothing:\n%s", out)
	}
}

func TestTakeCredential(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, variable, want string
	}{
		{"key", keyVariable, "took [key redacted] error <nil> left \"\"\nit is right: true memory open: 0"},
		{"handle", handleVariable, "took [handle redacted] error <nil> left \"\"\nit is right: true memory open: 0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out := program(t, "take", test.variable+"="+testKey)
			if !strings.Contains(out, test.want) || !strings.Contains(out, "end of the spying\n") {
				t.Errorf("want %q in:\n%s", test.want, out)
			}
			if strings.Contains(out, testKey) || strings.Contains(out, "cloudsecret") {
				t.Errorf("the child found a credential:\n%s", out)
			}
			if !strings.Contains(out, "PLAIN=visible") {
				t.Errorf("the environment lost what is no credential:\n%s", out)
			}
		})
	}
}

func TestTakeCredentialRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		environ  []string
		mentions string
	}{
		{"nothing", nil, "no credential"},
		{"both", []string{keyVariable + "=" + testKey, handleVariable + "=" + testKey}, "both set"},
		{"a descriptor that is none", []string{fdVariable + "=x"}, "unset it"},
		{"standard input", []string{fdVariable + "=0"}, "unset it"},
		{"a descriptor that is closed", []string{fdVariable + "=77"}, "cannot be read from descriptor 77"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if out := program(t, "take", test.environ...); !strings.Contains(out, test.mentions) || strings.Contains(out, "it is right") {
				t.Errorf("want %q in:\n%s", test.mentions, out)
			}
		})
	}
}

func TestWithoutCredentials(t *testing.T) {
	t.Parallel()
	given := []string{"PATH=/bin", "BUILDKEY_KEY=x", "BUILDKEY_SERVER=http://h", "DATABASE_URL=postgres://u:p@h/d",
		"http_proxy=http://u:p@h", "SSH_AUTH_SOCK=/x", "NETRC_TOKEN=x", "EMPTY="}
	want := []string{"PATH=/bin", "BUILDKEY_SERVER=http://h", "http_proxy=http://u:p@h", "SSH_AUTH_SOCK=/x", "EMPTY="}
	if got := withoutCredentials(given); !slices.Equal(got, want) {
		t.Errorf("withoutCredentials = %q, want %q", got, want)
	}
}
