package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
)

const keysRotateLong = `Makes a new key with the attachment, the powers and the remaining life of the
old one, and prints it as create does. The old one is revoked, and with
--overlap lives that much longer, yet never longer than it would have.` + settleHelp

func (p *program) keysRotate() *cobra.Command {
	var overlap time.Duration
	cmd := &cobra.Command{
		Use:     "rotate ID [--overlap DURATION]",
		Short:   "Put a new key in the place of an old one",
		Long:    keysRotateLong,
		Example: "  KEY=$(buildkey keys rotate 01920c5e-5b6d-7c1a-8f00-3d9a4e2b7c11 --overlap 1m)",
		Args:    oneKeyID,
	}
	graceFlag(cmd.Flags(), &overlap, "overlap", "time for which both keys work (default none)")
	return p.onLedger(cmd, func(ctx context.Context, l ledger, args []string) error {
		id, err := parseKeyID(args[0])
		if err != nil {
			return err
		}
		key, secret, err := l.Rotate(ctx, id, overlap)
		if err != nil {
			return aboutKey(id, err)
		}
		return errors.Join(p.handOver(key, secret), p.settle(ctx))
	})
}
