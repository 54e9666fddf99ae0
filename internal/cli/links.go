package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

const linksLong = `Looks after the links between projects, directly in the server's database. A key
of project A reaches project B when B's inbound list names A, or is open, and
A's outbound list names B, or is open. A change counts for keys that exist, too.`

func (p *program) links() *cobra.Command {
	return group(&cobra.Command{
		Use:     "links",
		Short:   "List, add and remove links between projects",
		Long:    linksLong,
		Example: "  buildkey links list --project 2",
	}, p.linksList(), p.linksAdd(), p.linksRemove())
}

// linkEnds is one entry of one list.
type linkEnds struct {
	project, other apikey.ID
	direction      way
}

func (e *linkEnds) flags(cmd *cobra.Command) {
	cmd.Flags().Var(rowID{&e.project}, "project", "`id` of the project whose list it is")
	cmd.Flags().Var(&e.direction, "direction", "`list`: inbound (who may come) or outbound (where its keys may go)")
	cmd.Flags().Var(rowID{&e.other}, "other", "`id` of the project that the list names")
}

func (e *linkEnds) check(cmd *cobra.Command, _ []string) error {
	if e.project == "" || e.other == "" || e.direction == "" {
		return usage("%s needs --project, --direction and --other", nameOf(cmd))
	}
	return nil
}

// way is a flag's value: a direction.
type way keystore.Direction

// Set takes inbound or outbound.
func (w *way) Set(text string) error {
	if d := keystore.Direction(text); d != keystore.Inbound && d != keystore.Outbound {
		return errors.New("it is neither inbound nor outbound")
	}
	*w = way(text)
	return nil
}

// String is the direction.
func (w *way) String() string { return string(*w) }

// Type is what help calls it.
func (*way) Type() string { return "direction" }

func (p *program) linksAdd() *cobra.Command {
	var ends linkEnds
	var scopes []string
	cmd := &cobra.Command{
		Use:     "add --project ID --direction inbound|outbound --other ID",
		Short:   "Add an entry to a project's list",
		Long:    "Adds an entry to a project's list. An inbound one may say with --scope what the\nvisitor may do; without, it may read." + settleHelp,
		Example: "  buildkey links add --project 2 --direction inbound --other 1 --scope build:read",
		Args:    noArguments,
		PreRunE: ends.check,
	}
	ends.flags(cmd)
	cmd.Flags().StringArrayVar(&scopes, "scope", nil, "`scope` of an inbound visitor, such as build:read; may be repeated")
	return p.onLedger(cmd, func(ctx context.Context, l ledger, _ []string) error {
		return p.addLink(ctx, l, ends, scopes)
	})
}

func (p *program) addLink(ctx context.Context, l ledger, ends linkEnds, scopes []string) error {
	for _, id := range []apikey.ID{ends.project, ends.other} {
		if err := l.check(ctx, attachment{project: id}); err != nil {
			return err
		}
	}
	err := l.AddLink(ctx, keystore.LinkEdit{Project: ends.project, Direction: keystore.Direction(ends.direction),
		Other: ends.other, Scopes: scopes})
	if err != nil {
		return err
	}
	err = p.settle(ctx)
	fmt.Fprintf(p.stdout, "added project %s to the %s list of project %s\n", ends.other, ends.direction, ends.project)
	return err
}

func (p *program) linksRemove() *cobra.Command {
	var ends linkEnds
	cmd := &cobra.Command{
		Use:     "remove --project ID --direction inbound|outbound --other ID",
		Short:   "Remove an entry from a project's list",
		Long:    "Removes an entry from a project's list." + settleHelp,
		Example: "  buildkey links remove --project 2 --direction inbound --other 1",
		Args:    noArguments,
		PreRunE: ends.check,
	}
	ends.flags(cmd)
	return p.onLedger(cmd, func(ctx context.Context, l ledger, _ []string) error {
		return p.removeLink(ctx, l, ends)
	})
}

func (p *program) removeLink(ctx context.Context, l ledger, ends linkEnds) error {
	err := l.RemoveLink(ctx, ends.project, keystore.Direction(ends.direction), ends.other)
	switch {
	case errors.Is(err, apikey.ErrNotFound):
		return fmt.Errorf("the %s list of project %s does not name project %s: see `buildkey links list`", ends.direction, ends.project, ends.other)
	case err != nil:
		return err
	}
	err = p.settle(ctx)
	fmt.Fprintf(p.stdout, "removed project %s from the %s list of project %s\n", ends.other, ends.direction, ends.project)
	return err
}
