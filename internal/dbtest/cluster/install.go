package cluster

import (
	"context"
	_ "embed" // install.sh
	"fmt"
	"io"
	"os/exec"
)

//go:embed install.sh
var install string

const howToInstall = "apt-get install postgresql, dnf install postgresql-server, apk add postgresql or brew install postgresql@17"

// Install gets the server programs through the system's package manager (apt-get,
// dnf, apk or Homebrew) and shows on progress what it does. It fails, saying what
// to do, where it may not: when the caller is not root and there is no Homebrew,
// and when BUILDKEY_TEST_INSTALL is "no". It starts no server.
func Install(ctx context.Context, progress io.Writer) error {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", install, "install", howToInstall)
	cmd.Stdout, cmd.Stderr = progress, progress
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("cluster: PostgreSQL could not be installed (see above): %w", err)
	}
	return nil
}
