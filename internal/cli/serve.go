package cli

import (
	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/server"
)

const serveLong = `Runs the reference server. On a first start it makes the schema, a sample
project and an admin token, which it prints that once, with lines to try.

SIGINT and SIGTERM let requests finish, for at most 10 seconds; a second one
after a second ends it at once. A SQLite file serves one server at a time.`

// serveFlags is what the serve command takes.
type serveFlags struct {
	addr, url, token, logFormat string
	noSample                    bool
}

func (p *program) serve() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:     "serve [flags]",
		Short:   "Run the reference server",
		Long:    serveLong,
		Example: "  buildkey serve\n  buildkey serve --addr :0 --database-url postgres://localhost/builds?sslmode=disable",
		Args:    noArguments,
		RunE:    p.running(func(cmd *cobra.Command, _ []string) error { return p.runServer(cmd, f) }),
	}
	cmd.Flags().StringVar(&f.addr, "addr", server.DefaultAddr, "`address` to listen on; port 0 picks a free one")
	alsoFrom(cmd, "addr", "BUILDKEY_ADDR")
	databaseFlag(cmd, &f.url)
	cmd.Flags().StringVar(&f.token, "admin-token", "", "`token` of staff, safer in the environment (default made on the first start)")
	alsoFrom(cmd, "admin-token", "BUILDKEY_ADMIN_TOKEN")
	cmd.Flags().BoolVar(&f.noSample, "no-sample", false, "make no sample project in an empty database")
	alsoFrom(cmd, "no-sample", "BUILDKEY_NO_SAMPLE")
	cmd.Flags().StringVar(&f.logFormat, "log-format", "text", "`format` of the log: text or json")
	return cmd
}

// check refuses what cannot be before anything is touched.
func (f serveFlags) check() error {
	if err := checkAddress(f.addr); err != nil {
		return err
	}
	if err := checkDatabaseURL(f.url); err != nil {
		return err
	}
	return checkToken(f.token)
}

func (p *program) runServer(cmd *cobra.Command, f serveFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	logger, err := p.logger(f.logFormat)
	if err != nil {
		return err
	}
	cfg := server.Config{Addr: f.addr, DatabaseURL: f.url, NoSample: f.noSample, Out: p.stdout, Logger: logger}
	if f.token != "" {
		cfg.AdminToken = apikey.NewSecret(f.token)
	}
	s, err := server.Open(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Serve(cmd.Context())
}
