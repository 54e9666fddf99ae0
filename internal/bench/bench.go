package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/buildkey/buildkey/internal/bench/database"
	"github.com/buildkey/buildkey/internal/bench/keyring"
	"github.com/buildkey/buildkey/internal/bench/remembering"
	"github.com/buildkey/buildkey/internal/bench/report"
	"github.com/buildkey/buildkey/internal/bench/rules"
	"github.com/buildkey/buildkey/internal/bench/scoping"
	"github.com/buildkey/buildkey/internal/bench/serving"
	"github.com/buildkey/buildkey/internal/bench/tokens"
	"github.com/buildkey/buildkey/internal/bench/verifying"
	"github.com/buildkey/buildkey/internal/bench/web"
)

// bench is what a run needs.
type bench struct {
	ctx      context.Context
	settings settings
	folder   string // of SQLite files
}

func newBench(ctx context.Context, settings settings) (*bench, error) {
	folder, err := os.MkdirTemp("", "buildkey-bench-")
	return &bench{ctx: ctx, settings: settings, folder: folder}, err
}

func (b *bench) close() error { return os.RemoveAll(b.folder) }

// section is one question, named as its package is.
type section struct {
	name    string
	measure func() (report.Section, error)
}

// sections are what to measure, in the report's order: all, or the one that is asked
// for.
func (b *bench) sections() ([]section, error) {
	s := b.settings
	all := []section{
		{"tokens", func() (report.Section, error) { return tokens.Section(s.inMemory) }},
		{"web", b.web},
		{"rules", func() (report.Section, error) { return rules.Section(s.inMemory, s.callers) }},
		{"scoping", b.scoping},
		{"verifying", b.verifying},
		{"serving", b.serving},
		{"remembering", func() (report.Section, error) { return remembering.Section(b.ctx, b.folder, s.keys) }},
	}
	if s.only == "" {
		return all, nil
	}
	one := slices.DeleteFunc(all, func(has section) bool { return has.name != s.only })
	if len(one) == 0 {
		return nil, fmt.Errorf("there is no section %q: the folders beside main.go name them", s.only)
	}
	return one, nil
}

// web measures middleware with keys in a SQLite file.
func (b *bench) web() (section report.Section, err error) {
	db, err := database.OpenSQLite(b.folder, "web.db")
	if err != nil {
		return section, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	keys, err := keyring.New(b.ctx, db, "", 100)
	if err != nil {
		return section, err
	}
	defer keys.Stop()
	return web.Section(b.ctx, b.settings.inMemory, keys)
}

func (b *bench) scoping() (section report.Section, err error) {
	err = onPostgres(func(address string) error {
		db, err := database.OpenPostgres(address)
		if err != nil {
			return err
		}
		section, err = scoping.Section(b.ctx, b.settings.inMemory, b.settings.asking, db, b.settings.rows)
		return errors.Join(err, db.Close())
	})
	return section, err
}

func (b *bench) verifying() (section report.Section, err error) {
	err = onPostgres(func(address string) (err error) {
		section, err = verifying.Section(b.ctx, b.settings.asking, address, b.folder)
		return err
	})
	return section, err
}

func (b *bench) serving() (section report.Section, err error) {
	err = onPostgres(func(address string) (err error) {
		section, err = serving.Section(b.ctx, b.settings.asking, address, b.folder)
		return err
	})
	return section, err
}

// nameDatabases adds the versions of both.
func (b *bench) nameDatabases(m *report.Machine) error {
	return onPostgres(func(address string) error {
		postgres, sqlite, err := database.Versions(b.ctx, address, b.folder)
		m.Versions = append(m.Versions, report.Version{Name: "PostgreSQL", Version: postgres}, report.Version{Name: "SQLite", Version: sqlite})
		return err
	})
}

// onPostgres gives f a database of its own.
func onPostgres(f func(address string) error) error {
	address, drop, err := database.Postgres()
	if err != nil {
		return err
	}
	return errors.Join(f(address), drop())
}
