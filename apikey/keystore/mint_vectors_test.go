package keystore_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

type mintRow struct {
	ID, Op, Why, Reading, Scope, Target  string
	In, Granted, Wanted, Out, List, A, B json.RawMessage
	Scopes, Parent, Child                apikey.Scopes
	AllowList                            json.RawMessage `json:"allow_list"`
	Range, Count                         json.RawMessage
	ARange                               json.RawMessage `json:"a_range"`
	BRange                               json.RawMessage `json:"b_range"`
	Error                                bool
	ErrorNames                           string `json:"error_names"`
}

func TestScopesMintVectors(t *testing.T) {
	t.Parallel()
	file := vectors[struct {
		About   string
		Catalog struct {
			Resources, Bundles map[string][]string
			Aliases            map[string]string
		}
		Rows []mintRow
	}](t, "scopes.json")
	catalog, err := apikey.NewCatalog(apikey.Vocabulary{
		Resources: file.Catalog.Resources, Bundles: file.Catalog.Bundles, Aliases: file.Catalog.Aliases,
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := mints(t, file.Rows, 8)
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		r := newRig(t, db, keystore.Config{Catalog: catalog})
		for _, row := range rows {
			t.Run(row.ID, func(t *testing.T) {
				k, err := r.mintScopes(t, row)
				row.check(t, k, err, "scopes", set(k.Scopes))
			})
		}
	})
}

func TestAllowListMintVectors(t *testing.T) {
	t.Parallel()
	file := vectors[struct {
		About string
		Types []string
		Rows  []mintRow
	}](t, "allowlist.json")
	rows := mints(t, file.Rows, 3)
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		r := newRig(t, db, keystore.Config{})
		for _, row := range rows {
			t.Run(row.ID, func(t *testing.T) {
				var list apikey.AllowList
				if row.In != nil {
					if err := json.Unmarshal(row.In, &list); err != nil {
						t.Fatal(err)
					}
				}
				k, _, err := r.Create(t.Context(), keystore.Spec{Project: "1", AllowList: list})
				row.check(t, k, err, "allow_list", k.AllowList.Strings())
			})
		}
	})
}

// mints are the rows that need a store, which must be so many.
func mints(t *testing.T, rows []mintRow, least int) []mintRow {
	t.Helper()
	rows = slices.DeleteFunc(rows, func(r mintRow) bool { return r.Op != "create" && r.Op != "derive" })
	if len(rows) < least {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows
}

// mintScopes creates a key, or a child of one.
func (r rig) mintScopes(t *testing.T, row mintRow) (k apikey.Key, err error) {
	if row.Op == "create" {
		k, _, err = r.Create(t.Context(), keystore.Spec{Project: "1", Scopes: row.asked()})
		return k, err
	}
	parent, _ := r.mint(t, keystore.Spec{Project: "1", Scopes: row.Parent})
	k, _, err = r.Derive(t.Context(), parent.ID, keystore.Spec{Scopes: row.Child})
	return k, err
}

// asked turns the old single form into the list that a store takes.
func (row mintRow) asked() apikey.Scopes {
	if row.Scopes == nil && row.Scope != "" {
		return apikey.Scopes{row.Scope}
	}
	return row.Scopes
}

func (row mintRow) check(t *testing.T, k apikey.Key, err error, field string, got []string) {
	t.Helper()
	if row.Error {
		var bad *keystore.SpecError
		if !errors.As(err, &bad) && !errors.Is(err, apikey.ErrForbidden) || !strings.Contains(err.Error(), row.ErrorNames) {
			t.Errorf("%s: %v, want an error that names %q", row.Why, err, row.ErrorNames)
		}
		if bad != nil && bad.Fields[0].Field != field {
			t.Errorf("%s: the error is about %s, want %s", row.Why, bad.Fields[0].Field, field)
		}
		if k.Project != "" {
			t.Errorf("%s: a key beside the error", row.Why)
		}
		return
	}
	var want []string
	if err := json.Unmarshal(row.Out, &want); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: %v, %v; want %v", row.Why, got, err, want)
	}
}

// set is a list of scopes as its rows write one.
func set(scopes apikey.Scopes) []string { return slices.Sorted(slices.Values(scopes)) }
