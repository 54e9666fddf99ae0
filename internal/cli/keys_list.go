package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

const keysListLong = `Lists the live keys, newest first; with --all the dead too, as long as they are
kept. The keys themselves are not there to be shown: the database has hashes.`

const keysPage = 1000

func (p *program) keysList() *cobra.Command {
	var at attachment
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:     "list [flags]",
		Short:   "List keys",
		Long:    keysListLong,
		Example: "  buildkey keys list --project 1 --all",
		Args:    noArguments,
	}
	at.flags(cmd.Flags(), "whose keys to list")
	cmd.Flags().BoolVar(&all, "all", false, "list dead keys too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return p.onLedger(cmd, func(ctx context.Context, l ledger, _ []string) error {
		keys, err := l.everyKey(ctx, keystore.Filter{Project: at.project, Version: at.version, Build: at.build, Dead: all})
		if err != nil {
			return err
		}
		return p.showKeys(keys, asJSON)
	})
}

// everyKey reads all pages: a list that is cut short would look whole.
func (l ledger) everyKey(ctx context.Context, f keystore.Filter) ([]apikey.Key, error) {
	keys := []apikey.Key{}
	for {
		f.Limit, f.Offset = keysPage, len(keys)
		page, err := l.List(ctx, f)
		keys = append(keys, page.Keys...)
		if err != nil || len(page.Keys) < keysPage {
			return keys, err
		}
	}
}

func (p *program) showKeys(keys []apikey.Key, asJSON bool) error {
	if asJSON {
		records := make([]keyRecord, len(keys))
		for i, k := range keys {
			records[i] = recordOf(k, p.now())
		}
		return p.writeJSON(records)
	}
	t := newTable(p.stdout, "ID", "NAME", "PROJECT", "VERSION", "BUILD", "STATE", "UNTIL")
	for _, k := range keys {
		state, at := stateOf(k, p.now())
		t.row(k.ID.String(), k.Name, string(k.Project), orDash(string(k.Version)), orDash(string(k.Build)), state, moment(at))
	}
	return t.flush()
}
