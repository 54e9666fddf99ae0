package cli

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/apikey"
)

const keysLong = `Looks after the keys, directly in the server's database. It works beside a
running server, and what it revokes is dead there when it returns.`

func (p *program) keys() *cobra.Command {
	return group(&cobra.Command{
		Use:     "keys",
		Short:   "Create, list, show, revoke, rotate and purge keys",
		Long:    keysLong,
		Example: "  buildkey keys list --project 1\n  buildkey keys revoke --build 7",
	}, p.keysCreate(), p.keysList(), p.keysShow(), p.keysRevoke(), p.keysRotate(), p.keysPurge())
}

// handOver prints a new key: the secret alone on the standard output, and what
// it is on the other, so that KEY=$(buildkey keys create …) works.
func (p *program) handOver(k apikey.Key, secret apikey.Secret) error {
	if _, err := fmt.Fprintln(p.stdout, secret.Reveal()); err != nil {
		return fmt.Errorf("key %s is made and could not be printed: revoke it: %w", k.ID, err)
	}
	t := newTable(p.stderr)
	p.sayWhich(t, k)
	_ = t.flush() // the key is printed, which is what counts
	return nil
}

// sayWhich adds which key it is, and how it is.
func (p *program) sayWhich(t table, k apikey.Key) {
	state, at := stateOf(k, p.now())
	since := map[bool]string{true: " until ", false: " since "}[k.Usable(p.now()) == nil]
	t.row("id", k.ID.String())
	t.row("name", k.Name)
	t.row("state", state+since+moment(at))
	t.row("attached", attachment{k.Project, k.Version, k.Build}.String())
}

// aboutKey says which key an error is about.
func aboutKey(id uuid.UUID, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, apikey.ErrNotFound):
		return fmt.Errorf("there is no key %s: it may have been purged, see `buildkey keys list --all`", id)
	}
	return fmt.Errorf("key %s: %s", id, oneLine(err))
}
