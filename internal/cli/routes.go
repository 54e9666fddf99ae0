package cli

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/internal/server"
)

const routesLong = `Lists what the server answers to, and the permission that each needs, read off
the router itself. It needs no database.`

func (p *program) routes() *cobra.Command {
	return &cobra.Command{
		Use:     "routes",
		Short:   "List each route and its permission",
		Long:    routesLong,
		Example: "  buildkey routes",
		Args:    noArguments,
		RunE: p.running(func(*cobra.Command, []string) error {
			routes, err := server.Routes()
			if err != nil {
				return err
			}
			t := newTable(p.stdout, "METHOD", "PATH", "PERMISSION")
			for _, r := range routes {
				t.row(cmp.Or(strings.Join(r.Methods, ","), "*"), r.Path, r.Permission)
			}
			return t.flush()
		}),
	}
}
