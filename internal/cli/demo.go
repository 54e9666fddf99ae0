package cli

import (
	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/internal/demo"
)

const demoLong = `Takes one real build through a server and a worker on this machine, shows it as
it goes, and tries the worker's key on what it must not open. The project is the
git checkout in the working directory, or a small one made on the spot.

It uses a database of its own: a SQLite file, or a schema on the PostgreSQL
server that --database-url names. It leaves nothing behind.`

func (p *program) demo() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:     "demo [--database-url URL]",
		Short:   "Show a build from trigger to revoked key",
		Long:    demoLong,
		Example: "  buildkey demo\n  buildkey demo --database-url postgres://localhost/postgres?sslmode=disable",
		Args:    noArguments,
		RunE: p.running(func(cmd *cobra.Command, _ []string) error {
			if url != "" {
				if err := checkDatabaseURL(url); err != nil {
					return err
				}
			}
			return demo.Run(cmd.Context(), demo.Config{DatabaseURL: url, Environ: p.environ, Out: p.stdout, Err: p.stderr})
		}),
	}
	cmd.Flags().StringVar(&url, "database-url", "", "`URL` of a PostgreSQL database (default a SQLite file of its own)")
	alsoFrom(cmd, "database-url", "BUILDKEY_DATABASE_URL")
	return cmd
}
