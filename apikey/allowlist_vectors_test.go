package apikey_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
)

type span struct {
	Prefix   string
	From, To int
}

type allowListRow struct {
	ID, Op, Target, Why string
	In, Out             json.RawMessage
	List, A, B          []string
	Range               *span
	ARange              *span `json:"a_range"`
	BRange              *span `json:"b_range"`
	Count               *int
	Error               bool
	ErrorNames          string `json:"error_names"`
}

func TestAllowListVectors(t *testing.T) {
	file := vectors[struct{ Rows []allowListRow }](t, "allowlist.json")
	if len(file.Rows) < 50 {
		t.Fatalf("only %d rows", len(file.Rows))
	}
	for _, row := range file.Rows {
		if row.Op == "create" {
			continue // the store's
		}
		t.Run(row.ID, func(t *testing.T) { row.check(t) })
	}
}

func (row allowListRow) check(t *testing.T) {
	got, err := row.run()
	switch {
	case row.Error && err == nil:
		t.Fatalf("%s: no error, got %v", row.Why, got)
	case row.Error:
		if !strings.Contains(err.Error(), row.ErrorNames) {
			t.Errorf("%s: error %q does not name %q", row.Why, err, row.ErrorNames)
		}
		return
	case err != nil:
		t.Fatalf("%s: %v", row.Why, err)
	}
	if row.Count != nil {
		if n := len(got.([]string)); n != *row.Count {
			t.Errorf("%s: %d entries, want %d", row.Why, n, *row.Count)
		}
		return
	}
	if text, _ := json.Marshal(got); string(text) != compact(t, row.Out) {
		t.Errorf("%s: got %s, want %s", row.Why, text, row.Out)
	}
}

func (row allowListRow) run() (any, error) {
	switch row.Op {
	case "parse":
		var target apikey.Target
		err := json.Unmarshal(row.In, &target)
		return target.String(), err
	case "new":
		var in []string
		if row.In != nil {
			if err := json.Unmarshal(row.In, &in); err != nil {
				return nil, err
			}
		}
		l, err := apikey.ParseAllowList(slices.Concat(in, row.Range.entries())...)
		return l.Strings(), err
	}
	return row.runOnLists()
}

func (row allowListRow) runOnLists() (any, error) {
	a, errA := apikey.ParseAllowList(slices.Concat(row.A, row.ARange.entries())...)
	b, errB := apikey.ParseAllowList(slices.Concat(row.B, row.BRange.entries())...)
	if err := errors.Join(errA, errB); err != nil {
		return nil, err
	}
	switch row.Op {
	case "union":
		u, err := a.Union(b)
		return u.Strings(), err
	case "intersect":
		return a.Intersect(b).Strings(), nil
	case "allows":
		l, err := apikey.ParseAllowList(row.List...)
		target, err2 := apikey.ParseTarget(row.Target)
		return l.Allows(target), errors.Join(err, err2)
	}
	return nil, fmt.Errorf("unknown op %q", row.Op)
}

func (s *span) entries() []string {
	if s == nil {
		return nil
	}
	var out []string
	for i := s.From; i <= s.To; i++ {
		out = append(out, fmt.Sprint(s.Prefix, i))
	}
	return out
}

func compact(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(v)
	return string(text)
}
