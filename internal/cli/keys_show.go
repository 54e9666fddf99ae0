package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

const keysShowLong = `Prints the record of a key and its story: who made it, and what became of it.
The story outlives the record of a key that was purged or deleted.`

func (p *program) keysShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show ID [--json]",
		Short:   "Show a key's record and its story",
		Long:    keysShowLong,
		Example: "  buildkey keys show 01920c5e-5b6d-7c1a-8f00-3d9a4e2b7c11",
		Args:    oneKeyID,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return p.onLedger(cmd, func(ctx context.Context, l ledger, args []string) error {
		return p.show(ctx, l, args[0], asJSON)
	})
}

func (p *program) show(ctx context.Context, l ledger, word string, asJSON bool) error {
	id, err := parseKeyID(word)
	if err != nil {
		return err
	}
	k, err := l.Get(ctx, id)
	gone := errors.Is(err, apikey.ErrNotFound)
	if err != nil && !gone {
		return err
	}
	story, failed := l.Events(ctx, id)
	switch {
	case failed != nil:
		return failed
	case gone && len(story) == 0:
		return aboutKey(id, err)
	case asJSON:
		return p.writeJSON(storyOf(k, gone, story, p.now()))
	}
	return p.showText(k, gone, story)
}

func (p *program) showText(k apikey.Key, gone bool, story []keystore.Event) error {
	if gone {
		fmt.Fprintln(p.stdout, "the record is gone")
	} else if err := p.showRecord(k); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout)
	t := newTable(p.stdout, "AT", "WHAT", "BY", "DETAIL")
	for _, e := range story {
		t.row(moment(e.At), e.Kind, orDash(e.Actor), e.Detail)
	}
	return t.flush()
}

func (p *program) showRecord(k apikey.Key) error {
	t := newTable(p.stdout)
	p.sayWhich(t, k)
	t.row("scopes", strings.Join(k.Scopes, " "))
	t.row("allow list", strings.Join(k.AllowList.Strings(), " "))
	if k.Parent != uuid.Nil {
		t.row("parent", k.Parent.String())
	}
	t.row("created", moment(k.CreatedAt)+" by "+cmp.Or(k.CreatedBy, "nobody named"))
	t.row("first used", orDash(moment(k.ActivatedAt)))
	t.row("last used", orDash(moment(k.LastUsedAt)))
	return t.flush()
}

// keyStory is the record and the story as JSON.
type keyStory struct {
	Key    *keyRecord  `json:"key"`
	Events []eventJSON `json:"events"`
}

type eventJSON struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Actor  string    `json:"actor"`
	Detail string    `json:"detail"`
}

func storyOf(k apikey.Key, gone bool, story []keystore.Event, now time.Time) keyStory {
	s := keyStory{Events: []eventJSON{}}
	if !gone {
		s.Key = new(recordOf(k, now))
	}
	for _, e := range story {
		s.Events = append(s.Events, eventJSON{e.At, e.Kind, e.Actor, e.Detail})
	}
	return s
}
