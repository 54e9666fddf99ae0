package demo_test

import (
	"os"
	"testing"

	"github.com/buildkey/buildkey/internal/cli"
)

// TestMain lets this test's program be the worker that a demo starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "builder" {
		os.Exit(cli.Main(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}
