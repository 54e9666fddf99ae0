package queryset_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// sent is a SQLite database that counts the statements it is sent.
type sent struct {
	from driver.Driver
	dsn  string

	mu    sync.Mutex
	texts []string
}

// sentTo is a database like db, and what it is sent.
func sentTo(t *testing.T, db *sqlx.DB) (*sqlx.DB, *sent) {
	t.Helper()
	var file string
	if err := db.Get(&file, "SELECT file FROM pragma_database_list WHERE name = 'main'"); err != nil {
		t.Fatal(err)
	}
	s := &sent{from: db.Driver(), dsn: file}
	counted := sqlx.NewDb(sql.OpenDB(s), "sqlite")
	t.Cleanup(func() { counted.Close() })
	return counted, s
}

func (s *sent) Connect(context.Context) (driver.Conn, error) {
	conn, err := s.from.Open(s.dsn)
	return &sentConn{conn, s}, err
}

func (s *sent) Driver() driver.Driver { return s.from }

type sentConn struct {
	driver.Conn
	*sent
}

func (c *sentConn) Prepare(text string) (driver.Stmt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts = append(c.texts, text)
	return c.Conn.Prepare(text)
}

// count tells how many of the statements hold part.
func (s *sent) count(part string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range s.texts {
		if strings.Contains(text, part) {
			n++
		}
	}
	return n
}

// TestLearnedOnce: the catalog is asked once for each table, by however many at
// once.
func TestLearnedOnce(t *testing.T) {
	t.Parallel()
	file := dbtest.SQLite(t)
	fill(t, file)
	db, s := sentTo(t, file)
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			if n, err := commands.ForKey(project1).Count(t.Context(), db); err != nil || n != 12 {
				t.Errorf("%d, %v", n, err)
			}
		})
	}
	wait.Wait()
	if n := s.count("pragma_table_xinfo"); n != 3 {
		t.Errorf("the catalog was asked %d times for three tables", n)
	}
}

// TestLearnedInTransactions: one of Begin's knows what its database knows, and a
// plain one what it learned itself.
func TestLearnedInTransactions(t *testing.T) {
	t.Parallel()
	file := dbtest.SQLite(t)
	fill(t, file)
	db, s := sentTo(t, file)
	twice := func(on queryset.DB) int {
		before := s.count("pragma_table_xinfo")
		for range 2 {
			if n, err := commands.ForKey(project1).Count(t.Context(), on); err != nil || n != 12 {
				t.Errorf("%d, %v", n, err)
			}
		}
		return s.count("pragma_table_xinfo") - before
	}
	for _, want := range []int{3, 0} { // a database that is not known yet, and one that is
		ours, err := queryset.Begin(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if n := twice(ours); n != want {
			t.Errorf("Begin: the catalog was asked %d times, want %d", n, want)
		}
		ours.Rollback()
		plain := db.MustBegin()
		if n := twice(plain); n != 3 {
			t.Errorf("a plain transaction: the catalog was asked %d times for three tables", n)
		}
		plain.Rollback()
		if n := twice(struct{ queryset.DB }{db}); n != 6 {
			t.Errorf("a DB of another type: the catalog was asked %d times in two statements", n)
		}
	}
}

// TestNothingIsSent: an id that can be no row's, a key that reaches nothing and
// a mistake cost no statement.
func TestNothingIsSent(t *testing.T) {
	t.Parallel()
	file := dbtest.SQLite(t)
	fill(t, file)
	db, s := sentTo(t, file)
	ctx, q := t.Context(), builds.ForKey(project1)
	if _, err := q.Columns(ctx, db); err != nil { // learn the table
		t.Fatal(err)
	}
	before := s.count("")
	for _, id := range []any{"01", "x", nil, "1 OR 1=1", 1.5, 9007199254740992.0} {
		_ = q.Get(ctx, db, &build{}, id)
		_ = q.Delete(ctx, db, id)
		_, _ = q.Exists(ctx, db, id)
	}
	other := builds.ForKey(keyOf("1", "", "5")) // the key itself says that it is another's
	for _, id := range []any{6, "6"} {
		if err := other.Get(ctx, db, &build{}, id); !errors.Is(err, queryset.ErrNotFound) {
			t.Errorf("build %v: %v", id, err)
		}
	}
	for _, nothing := range []queryset.Query{builds.ForKey(keyOf("", "", "")), inNoProject, q.Where("id = ?"), q.Limit(-1), builds.ForKey(allowing(project1, "build:x"))} {
		_, _ = nothing.Count(ctx, db)
		_ = nothing.Select(ctx, db, &[]build{})
		_, _ = nothing.DeleteAll(ctx, db)
	}
	if n := s.count("") - before; n != 0 {
		t.Errorf("%d statements were sent, the last %q", n, s.texts[len(s.texts)-1])
	}
	if n, err := builds.Unscoped("a test").Count(ctx, db); err != nil || n != 12 {
		t.Errorf("%d, %v", n, err)
	}
}
