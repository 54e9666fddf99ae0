package cli

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/apikey/keystore"
)

const keysPurgeLong = `Deletes the records of keys that have been dead for longer than the retention,
in small batches. Their stories stay. A running server does this by itself.`

func (p *program) keysPurge() *cobra.Command {
	var retention time.Duration
	cmd := &cobra.Command{
		Use:     "purge [--retention DURATION]",
		Short:   "Delete the records of keys long dead",
		Long:    keysPurgeLong,
		Example: "  buildkey keys purge --retention 360h",
		Args:    noArguments,
	}
	lifetimeFlag(cmd.Flags(), &retention, "retention", "time for which dead keys are kept (default 360h)")
	const noLimit = 0 // the first purge of a big database may take long
	return p.onLedgerWithin(noLimit, cmd, func(ctx context.Context, l ledger, _ []string) error {
		kept := cmp.Or(retention, keystore.DefaultRetention)
		n, err := l.Purge(ctx, kept)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "purged %s, dead for longer than %s\n", count(n, "key"), kept)
		return err
	})
}
