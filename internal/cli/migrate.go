package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/internal/server"
)

const migrateLong = `Creates the tables of the server and of the keys, or brings them up to date, and
says what it changed. A server does the same when it starts. Several may run at
once, but not beside a server on the same SQLite file.`

func (p *program) migrate() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:     "migrate [--database-url URL]",
		Short:   "Create or update the database's schema",
		Long:    migrateLong,
		Example: "  buildkey migrate --database-url sqlite://buildkey.db",
		Args:    noArguments,
		RunE: p.running(func(cmd *cobra.Command, _ []string) error {
			if err := checkDatabaseURL(url); err != nil {
				return err
			}
			changes, err := server.Migrate(cmd.Context(), url)
			for _, change := range changes {
				fmt.Fprintln(p.stdout, change)
			}
			if err == nil && len(changes) == 0 {
				fmt.Fprintln(p.stdout, "nothing to do: the schema is up to date")
			}
			return err
		}),
	}
	databaseFlag(cmd, &url)
	return cmd
}
