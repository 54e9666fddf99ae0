package dbtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest/cluster"
)

func TestEachGivesAnEmptyDatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for i := range 3 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			Each(t, func(t *testing.T, db *sqlx.DB) {
				db.MustExec("CREATE TABLE same_name (n integer)")
				db.MustExec("INSERT INTO same_name VALUES (1)")
				var rows int
				if err := db.Get(&rows, "SELECT count(*) FROM same_name"); err != nil || rows != 1 {
					t.Fatalf("rows = %d, %v; want the one row of this test", rows, err)
				}
			})
		})
	}
}

func TestEveryConnectionOfThePoolHasTheSchema(t *testing.T) {
	t.Parallel()
	db := Postgres(t)
	seen := map[string]bool{}
	for range connections {
		tx := db.MustBegin()
		defer tx.Rollback()
		var schema string
		if err := tx.Get(&schema, "SELECT current_schema()"); err != nil {
			t.Fatal(err)
		}
		seen[schema] = true
	}
	if len(seen) != 1 || seen["public"] {
		t.Errorf("schemas of %d connections: %v, want one private schema", connections, seen)
	}
}

func TestSchemaIsDropped(t *testing.T) {
	t.Parallel()
	var schema string
	t.Run("use", func(t *testing.T) {
		db := Postgres(t)
		db.MustExec("CREATE TABLE rows (n integer)")
		if err := db.Get(&schema, "SELECT current_schema()"); err != nil {
			t.Fatal(err)
		}
	})
	if n := schemas(t, schema); n != 0 {
		t.Errorf("schema %s is still there after its test", schema)
	}
}

func schemas(t *testing.T, name string) (n int) {
	t.Helper()
	if err := Postgres(t).Get(&n, "SELECT count(*) FROM pg_namespace WHERE nspname = $1", name); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	db := SQLite(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "10000"} {
		for range 2 { // two connections at once
			tx, err := db.Connx(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Close()
			var got string
			if err := tx.GetContext(t.Context(), &got, "PRAGMA "+pragma); err != nil || got != want {
				t.Errorf("%s = %q, %v; want %q", pragma, got, err, want)
			}
		}
	}
}

func TestSQLiteFileIsRemoved(t *testing.T) {
	t.Parallel()
	var path string
	t.Run("use", func(t *testing.T) {
		db := SQLite(t)
		db.MustExec("CREATE TABLE rows (n integer)")
		if err := db.Get(&path, "SELECT file FROM pragma_database_list"); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there after its test: %v", path, err)
	}
}

func TestExecFile(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "schema.sql")
	text := "CREATE TABLE a (n integer); -- the first\nCREATE TABLE b (n integer);\nINSERT INTO b VALUES (7);\n"
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	Each(t, func(t *testing.T, db *sqlx.DB) {
		ExecFile(t, db, script)
		var n int
		if err := db.Get(&n, "SELECT n FROM b"); err != nil || n != 7 {
			t.Errorf("n = %d, %v; want 7", n, err)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	nowhere := cluster.Places{Path: t.TempDir()}
	tests := []struct{ name, dsn, want string }{
		{"no server and no programs", "", "install them"},
		{"nobody listens", "postgres://u:hunter2@127.0.0.1:1/x?sslmode=disable", "does not answer"},
		{"no socket", "user=u password=hunter2 host=" + t.TempDir() + " sslmode=disable", "does not answer"},
		{"not a URL", "postgres://u:hunter2@host:port/x", "is not a URL"},
		{"another database's URL", "mysql://u:hunter2@127.0.0.1:1/x", "does not answer"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := open(test.dsn, nowhere)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v does not say %q", err, test.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %q shows the password", err)
			}
		})
	}
}

func TestWithKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, dsn, want string }{
		{"URL", "postgres://u@h/d?sslmode=disable", "postgres://u@h/d?search_path=s&sslmode=disable"},
		{"URL with a socket", "postgres://u@/d?host=%2Ftmp%2Fx", "postgres://u@/d?host=%2Ftmp%2Fx&search_path=s"},
		{"setting given before", "postgres://u@h/d?search_path=public", "postgres://u@h/d?search_path=s"},
		{"key=value", "host=h user=u", "host=h user=u search_path='s'"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got, err := with(test.dsn, "search_path", "s"); err != nil || got != test.want {
				t.Errorf("with(%q) = %q, %v; want %q", test.dsn, got, err, test.want)
			}
		})
	}
}
