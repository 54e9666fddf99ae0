package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

const keysCreateLong = `Makes a key and prints it, alone and this once, on the standard output. What it
is goes to the standard error.

A key is attached to a project, to a version of it, or to a build of that
version. Without --scope it may do what a builder does; without --allow, on
every row of its attachment. Its time to live runs from its first use.`

const keysCreateExample = `  KEY=$(buildkey keys create --project 1 --version 11 --build 101)
  buildkey keys create --project 1 --scope build:read --allow build:42 --ttl 90m`

// newKey is what the create command takes.
type newKey struct {
	at            attachment
	name          string
	scopes, allow []string

	ttl, activateWithin, maxTTL time.Duration
}

func (p *program) keysCreate() *cobra.Command {
	var f newKey
	cmd := &cobra.Command{
		Use:     "create --project ID [--version ID [--build ID]]",
		Short:   "Make a key and print it once",
		Long:    keysCreateLong,
		Example: keysCreateExample,
		Args:    noArguments,
		PreRunE: func(*cobra.Command, []string) error { return f.check() },
	}
	f.flags(cmd.Flags())
	return p.onLedger(cmd, func(ctx context.Context, l ledger, _ []string) error {
		return p.create(ctx, l, f)
	})
}

func (f *newKey) flags(set *pflag.FlagSet) {
	f.at.flags(set, "that the key is for")
	set.StringVar(&f.name, "name", "", "name, unique among the project's live keys (default made up)")
	set.StringArrayVar(&f.scopes, "scope", nil, "`scope` such as build:update; may be repeated")
	set.StringArrayVar(&f.allow, "allow", nil, "`type:id` for the allow list that the key is held to, such as build:42; may be repeated")
	lifetimeFlag(set, &f.ttl, "ttl", "life from the first use (default 3h)")
	lifetimeFlag(set, &f.activateWithin, "activate-within", "longest wait for the first use (default 24h)")
	lifetimeFlag(set, &f.maxTTL, "max-ttl", "longest life that renewals may reach (default 24h)")
}

func (f *newKey) check() error {
	switch {
	case f.at.project == "":
		return usage("keys create needs --project, the id of the project that the key is for")
	case f.at.build != "" && f.at.version == "":
		return usage("keys create needs --version with --build: a build hangs from its version")
	}
	return nil
}

func (p *program) create(ctx context.Context, l ledger, f newKey) error {
	spec := keystore.Spec{Name: f.name, Project: f.at.project, Version: f.at.version, Build: f.at.build,
		Scopes: f.scopes, TTL: f.ttl, ActivateWithin: f.activateWithin, MaxTTL: f.maxTTL}
	if f.allow != nil {
		list, err := apikey.ParseAllowList(f.allow...)
		if err != nil {
			return usage("--allow: %s", oneLine(err))
		}
		spec.AllowList = list
	}
	if err := l.check(ctx, f.at); err != nil {
		return err
	}
	key, secret, err := l.Create(ctx, spec)
	if err != nil {
		return err
	}
	return p.handOver(key, secret)
}
