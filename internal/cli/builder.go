package cli

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/worker"
)

const builderLong = `Runs one build and reports it: reads the build, clones its project's repository,
runs the commands of the checkout's buildkey.yaml, sends their output, and
revokes its own key at the end.

The credential is a build key in BUILDKEY_KEY or a handle in BUILDKEY_HANDLE,
never an argument. The commands of the build do not see it. They are not kept
from anything else that this user may do: run the worker in a container, and not
as root.

SIGINT and SIGTERM cancel the build; a second one after a second ends the worker
at once, and its key lives on. The exit code is 0 only for a build that
succeeded.`

// builderFlags is what the builder command takes.
type builderFlags struct {
	server, name, tempDir string
	build                 apikey.ID
	timeout               time.Duration
	passEnv               []string
}

func (p *program) builder() *cobra.Command {
	var f builderFlags
	cmd := &cobra.Command{
		Use:     "builder --server URL --build ID",
		Short:   "Run one build as its worker",
		Long:    builderLong,
		Example: "  BUILDKEY_HANDLE=… buildkey builder --server https://builds.example.org --build 7",
		Args:    noArguments,
		PreRunE: func(*cobra.Command, []string) error { return f.check() },
		RunE:    p.running(func(cmd *cobra.Command, _ []string) error { return p.runBuilder(cmd, f) }),
	}
	cmd.Flags().StringVar(&f.server, "server", "", "base `URL` of the build server")
	cmd.Flags().Var(rowID{&f.build}, "build", "`ID` of the build")
	cmd.Flags().StringVar(&f.name, "name", "", "name of this worker on the build (default the host's)")
	cmd.Flags().StringVar(&f.tempDir, "temp-dir", "", "`folder` for the checkout (default the system's)")
	lifetimeFlag(cmd.Flags(), &f.timeout, "command-timeout", "longest that one command may run (default 30m)")
	cmd.Flags().StringArrayVar(&f.passEnv, "pass-env", nil, "`name` of a variable that the commands get too; may be repeated")
	return cmd
}

func (f builderFlags) check() error {
	u, err := url.Parse(f.server)
	switch {
	case f.server == "":
		return usage("builder needs --server, the URL of the build server")
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil:
		return usage("--server is no URL such as https://builds.example.org")
	case f.build == "":
		return usage("builder needs --build, the id of the build")
	}
	return nil
}

// runBuilder takes the credential before all else: that starts the program anew.
func (p *program) runBuilder(cmd *cobra.Command, f builderFlags) error {
	if p.getenv("BUILDKEY_KEY") != "" && p.getenv("BUILDKEY_HANDLE") != "" {
		return usage("BUILDKEY_KEY and BUILDKEY_HANDLE are both set: set one of them")
	}
	credential, err := p.takeCredential()
	if err != nil {
		return err
	}
	result, err := worker.Run(cmd.Context(), worker.Config{
		Server: f.server, Build: string(f.build), Credential: credential,
		Name: f.name, TempDir: f.tempDir, CommandTimeout: f.timeout, PassEnv: f.passEnv,
		Environ: p.environ, Logger: p.textLogger(), Progress: p.stdout,
	})
	switch {
	case errors.Is(err, worker.ErrRejected):
		return worker.ErrRejected
	case err == nil && !result.Success:
		return fmt.Errorf("build %s failed: %s", result.Build, result.Error)
	}
	return err
}
