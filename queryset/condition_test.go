package queryset

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/internal/dialect"
)

// TestConditionRefused: what could end before its parentheses do, in either
// database, is refused for both or for the one.
func TestConditionRefused(t *testing.T) {
	t.Parallel()
	both := map[string]string{
		"a parenthesis too many":                   "id = 1) OR (1 = 1",
		"a parenthesis too few":                    "(id = 1",
		"a parenthesis in a literal does not help": "(id = ')'",
		"an open literal":                          "state = 'x",
		"an open name":                             `"state = 1`,
		"an open block comment":                    "1 = 1 /* ",
		"a line comment without an end":            "1 = 1 -- ",
		"two statements":                           "1 = 1; DROP TABLE builds",
		"a comment in a comment":                   "1 = 1 /* /* */ ) OR (1 = 1 -- */ \n",
		"a carriage return ends it on PostgreSQL":  "1 = 1 -- \r) OR (1 = 1 \n",
		"a literal that goes on":                   "state = 'a'\n'\\' ) OR (1 = 1 OR state = '\\' '",
		"a NUL byte":                               "1 = 1\x00",
		"backquotes":                               "`id` = 1",
		"an argument of somebody else":             "id = $1",
		"a number before a dollar":                 "1$x$ ' $x$ = 1",
		"an argument that SQLite counts":           "id = ?1",
		"a mark that runs into a word":             "id = ?OR 1 = 1",
		"a mark that runs into a _":                "id = ?_",
		"a mark that runs into a dollar":           "id = ?$a$ $a$",
		"a mark that runs into a letter of many":   "id = ?é",
		"a mark that runs into a wide space":       "id = ?\u00a0OR 1 = 1",
		"a mark that runs into a broken byte":      "id = ?\xff",
		"a word that runs into a mark":             "id = a?",
		"a number that runs into a mark":           "id = 1?",
		"a _ that runs into a mark":                "id = _?",
		"a dollar that runs into a mark":           "id = $?",
		"a word's dollar that runs into a mark":    "id = a$?",
		"a letter of many that runs into a mark":   "id = é?",
		"nothing":                                  " \n\t",
		"only a comment":                           "/* x */ -- y\n",
	}
	sqlite := map[string]string{
		"brackets hide a quote":      "a = ['] ) OR (1 = 1 OR a = [']",
		"a dollar quote is none":     "a = $a$ ) OR (1 = 1 OR a = $a$",
		"a backslash escapes nought": `CAST(a AS E'\') ) OR (1 = 1 OR a = ' ')`,
		"a named argument":           "id = :id",
		"another named argument":     "id = @id",
		"a doubled mark":             "id = ??",
	}
	for d, tables := range map[dialect.Dialect][]map[string]string{dialect.Postgres: {both}, dialect.SQLite: {both, sqlite}} {
		for _, table := range tables {
			for name, text := range table {
				if _, err := checkCondition(d, text); err == nil {
					t.Errorf("%s: %s: %q passes", d, name, text)
				}
			}
		}
	}
}

func TestConditionMarks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"id = ?":                           1,
		"id IN (?, ?) AND state = ?":       3,
		"state = '?' OR state = 'it''s ?'": 0,
		`"?" = ?`:                          1,
		"id = ? /* ? ; ) ' */ AND 1 = 1 -- ? ; (\n": 1,
		"(((id = ?)))":                   1,
		"state LIKE 'a\\_b' ESCAPE '\\'": 0,
		"x'00' = ?":                      1,
		"?=id AND-?<id OR(?)<>'?'":       3,
		"?/**/\n=\tid-- ?1\n":            1,
	} {
		for _, d := range []dialect.Dialect{dialect.Postgres, dialect.SQLite} {
			if got, err := checkCondition(d, text); err != nil || got != want {
				t.Errorf("%s: %q: %d, %v; want %d", d, text, got, err, want)
			}
		}
	}
	for text, want := range map[string]int{
		"data ?? 'key' AND data ??| ?":           1,
		"a = E'it\\'s ?' AND b = ?":              1,
		"a = $x$ ? ) ' $x$ AND b = ?":            1,
		"data -> 'a' @> ?::jsonb AND b[1:2] = ?": 2,
		"data ??? AND b[?:?] @@ ? AND @? > 1":    5,
	} {
		if got, err := checkCondition(dialect.Postgres, text); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
}

// FuzzConditionCannotEscape: a condition that passes, set behind a condition
// that no row meets, brings no row on either database.
func FuzzConditionCannotEscape(f *testing.F) {
	for _, text := range []string{
		"id = ?", "a = 'x' OR (b)", "a) OR (b", "'", "1 = 1 /**/ OR 1 = 1", "--\n 1 = 1", "$a$ $a$ = ''", "E'\\'' = ''", "[']", "??",
		"id = 1 OR 1 = 1", "1 = 1) OR (1 = 1", "1 = 1 -- \r) OR (1 = 1\n", "U&'a' = '' OR true", "1 = 1 UNION SELECT 1", "`a`",
		"id = ?1", "id = ?OR 1 = 1", "a?", "id = ?\u00a0OR 1 = 1",
	} {
		f.Add(text)
	}
	dbs := map[dialect.Dialect]*sqlx.DB{dialect.Postgres: dbtest.Postgres(f), dialect.SQLite: dbtest.SQLite(f)}
	for _, db := range dbs {
		db.MustExec("CREATE TABLE t (id integer, a text)")
		db.MustExec("INSERT INTO t VALUES (1, 'x'), (2, NULL)")
	}
	f.Fuzz(func(t *testing.T, text string) {
		for d, db := range dbs {
			marks, err := checkCondition(d, text)
			if err != nil {
				continue
			}
			found, err := db.Query(d.Number("SELECT 1 FROM t WHERE 1 = 0 AND ("+text+")"), make([]any, marks)...)
			if err != nil {
				continue
			}
			if found.Next() {
				t.Errorf("%s: %q brings a row", d, text)
			}
			found.Close()
		}
	})
}
