package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

const keysRevokeLong = `Ends the life of keys and of all that were derived from them: those with the ids
given, every key of a build, version or project, or with a single dash the keys
that are read from the standard input, one a line. They do not come back. A key
that is dead already is no error, and one that cannot be revoked is reported and
keeps none of the others alive.` + settleHelp

const keysRevokeExample = `  buildkey keys revoke 01920c5e-5b6d-7c1a-8f00-3d9a4e2b7c11 --grace 30s
  buildkey keys revoke --build 7
  printenv LEAKED_KEY | buildkey keys revoke -`

func (p *program) keysRevoke() *cobra.Command {
	var at attachment
	var grace time.Duration
	cmd := &cobra.Command{
		Use:     "revoke {ID… | --build ID} [--grace DURATION] | -",
		Short:   "End the life of keys",
		Long:    keysRevokeLong,
		Example: keysRevokeExample,
		Args:    func(_ *cobra.Command, args []string) error { return checkRevoke(args, at, grace) },
	}
	at.flags(cmd.Flags(), "whose keys to revoke")
	graceFlag(cmd.Flags(), &grace, "grace", "time left for last calls, not with - (default none)")
	return p.onLedger(cmd, func(ctx context.Context, l ledger, args []string) error {
		return p.revoke(ctx, l, args, at, grace)
	})
}

// checkRevoke wants one way of naming the keys.
func checkRevoke(args []string, at attachment, grace time.Duration) error {
	ways := 0
	for _, given := range []bool{len(args) > 0, at.project != "", at.version != "", at.build != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways != 1:
		return usage("keys revoke needs ids of keys, a dash, or one of --build, --version and --project")
	case len(args) == 1 && args[0] == "-" && grace > 0:
		return usage("keys revoke gives no grace to keys from the standard input: leave --grace out")
	case len(args) == 1 && args[0] == "-":
		return nil
	}
	for _, word := range args {
		if _, err := parseKeyID(word); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) revoke(ctx context.Context, l ledger, args []string, at attachment, grace time.Duration) error {
	switch {
	case len(args) == 0:
		return p.revokeAll(ctx, l, at, grace)
	case args[0] == "-":
		return p.revokeFromInput(ctx, l)
	}
	return p.revokeEach(ctx, args, func(_ int, word string) (string, error) {
		id, err := parseKeyID(word)
		if err == nil {
			err = aboutKey(id, l.Revoke(ctx, id, grace))
		}
		if err != nil {
			return "", err
		}
		return id.String() + p.lastCalls(ctx, l, id, grace), nil
	})
}

// lastCalls says until when a key lives that was revoked with a grace.
func (p *program) lastCalls(ctx context.Context, l ledger, id uuid.UUID, grace time.Duration) string {
	if grace == 0 {
		return ""
	}
	end := p.now().Add(grace)
	k, err := l.Get(ctx, id)
	if err == nil && k.Usable(p.now()) != nil {
		return ", which is dead already"
	}
	for _, sooner := range []time.Time{k.RevokedAt, k.ExpiresAt} {
		if !sooner.IsZero() && sooner.Before(end) {
			end = sooner
		}
	}
	return deadBy(end)
}

func deadBy(at time.Time) string { return ", dead by " + moment(at) }

func (p *program) revokeAll(ctx context.Context, l ledger, at attachment, grace time.Duration) error {
	by, id := l.RevokeProject, at.project
	switch {
	case at.build != "":
		by, id = l.RevokeBuild, at.build
	case at.version != "":
		by, id = l.RevokeVersion, at.version
	}
	n, err := by(ctx, id, grace)
	if err != nil {
		return err
	}
	text := "revoked " + count(int64(n), "key")
	if grace > 0 && n > 0 {
		text += deadBy(p.now().Add(grace))
	}
	err = p.settle(ctx)
	fmt.Fprintln(p.stdout, text)
	return err
}

func count(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
