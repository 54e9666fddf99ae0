package dialect

import (
	"strings"
	"testing"
)

func TestNumber(t *testing.T) {
	for _, row := range []struct{ name, in, postgres, sqlite string }{
		{"no marks", "a = 1", "a = 1", "a = 1"},
		{"two marks", "a = ? AND b = ?", "a = $1 AND b = $2", "a = ? AND b = ?"},
		{"an escaped mark", "a ?? ?", "a ? $1", "a ? ?"},
		{"in a literal", "a = '?' AND b = ?", "a = '?' AND b = $1", "a = '?' AND b = ?"},
		{"doubled in a literal", "a = '??' AND b = ?", "a = '??' AND b = $1", "a = '??' AND b = ?"},
		{"a doubled quote", "a = 'x''?' AND b = ?", "a = 'x''?' AND b = $1", "a = 'x''?' AND b = ?"},
		{"an escaped quote", `a = E'\'?' AND b = ?`, `a = E'\'?' AND b = $1`, `a = E'\'?' AND b = ?`},
		{"a word that ends in e before a literal", `name'\' = ?`, `name'\' = $1`, `name'\' = ?`},
		{"a quoted identifier", `"?" = ?`, `"?" = $1`, `"?" = ?`},
		{"a line comment", "-- ?\na = ?", "-- ?\na = $1", "-- ?\na = ?"},
		{"a block comment", "/* ? */ a = ?", "/* ? */ a = $1", "/* ? */ a = ?"},
		{"nested comments", "/* /* ? */ ? */ a = ?", "/* /* ? */ ? */ a = $1", "/* /* ? */ ? */ a = ?"},
		{"a dollar quote", "$x$ ? $x$ = ?", "$x$ ? $x$ = $1", "$x$ ? $x$ = ?"},
		{"a dollar inside a word", "a$b$ = ? AND c$b$ = ?", "a$b$ = $1 AND c$b$ = $2", "a$b$ = ? AND c$b$ = ?"},
		{"a literal that never ends", "a = '?", "a = '?", "a = '?"},
	} {
		if got := Postgres.Number(row.in); got != row.postgres {
			t.Errorf("%s: on PostgreSQL %q, want %q", row.name, got, row.postgres)
		}
		if got := SQLite.Number(row.in); got != row.sqlite {
			t.Errorf("%s: on SQLite %q, want %q", row.name, got, row.sqlite)
		}
	}
}

func TestClosed(t *testing.T) {
	for in, want := range map[string]bool{
		"'a'": true, "'a": false, "'a''": false, `"a"`: true, `"a`: false, "/* a */": true, "/* /* */": false,
		"/*": false, "/*/": false, "-- a\n": true, "-- a": false, "$$ a $$": true, "$$ a": false, "$1": true, "a": true, "E'\\'": false,
	} {
		if got := Closed(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestOf(t *testing.T) {
	for name, want := range map[string]Dialect{"postgres": Postgres, "pgx": Postgres, "sqlite": SQLite, "sqlite3": SQLite, "mysql": 0, "": 0} {
		got, err := Of(name)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"a = ?", "'?", "$a$?$a$", "/*?*/??", "E'\\'?"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if got := SQLite.Number(in); strings.Count(in, "?") > 0 && !strings.Contains(in, "??") && got != in {
			t.Errorf("%q became %q", in, got)
		}
		for rest := in; rest != ""; rest = rest[Skip(rest):] {
			if n := Skip(rest); n < 1 || n > len(rest) {
				t.Fatalf("%q: token of %d bytes", rest, n)
			}
		}
		if got := Postgres.Number(in); strings.Count(got, "?") > strings.Count(in, "?") {
			t.Errorf("%q: more question marks in %q", in, got)
		}
	})
}
