package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/keyview"
)

func (p *program) linksList() *cobra.Command {
	var project apikey.ID
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list --project ID",
		Short:   "Show both lists of a project",
		Long:    "Shows whose keys may reach a project, and which projects its own may reach.",
		Example: "  buildkey links list --project 2",
		Args:    noArguments,
		PreRunE: func(*cobra.Command, []string) error {
			if project == "" {
				return usage("links list needs --project, the id of the project")
			}
			return nil
		},
	}
	cmd.Flags().Var(rowID{&project}, "project", "`id` of the project")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return p.onLedger(cmd, func(ctx context.Context, l ledger, _ []string) error {
		return p.listLinks(ctx, l, project, asJSON)
	})
}

func (p *program) listLinks(ctx context.Context, l ledger, project apikey.ID, asJSON bool) error {
	if err := l.check(ctx, attachment{project: project}); err != nil {
		return err
	}
	links, err := l.Links(ctx, project)
	if err != nil {
		return err
	}
	if asJSON {
		return p.writeJSON(keyview.OfLinks(links))
	}
	t := newTable(p.stdout, "DIRECTION", "PROJECT", "SCOPES")
	showLinks(t, keystore.Inbound, links.Inbound, "(reads)")
	showLinks(t, keystore.Outbound, links.Outbound, "")
	return t.flush()
}

// showLinks tells what an empty list means, and what an entry without scopes does.
func showLinks(t table, d keystore.Direction, list keystore.LinkList, unsaid string) {
	switch {
	case list.Mode == keystore.Open:
		t.row(string(d), "(all)", unsaid)
	case len(list.Entries) == 0:
		t.row(string(d), "(none)", "")
	}
	for _, entry := range list.Entries {
		scopes := strings.Join(entry.Scopes, " ")
		if scopes == "" {
			scopes = unsaid
		}
		t.row(string(d), string(entry.Project), scopes)
	}
}
