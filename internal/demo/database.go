package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/server"
)

// openDatabase finds a place for the tables that nobody else uses.
func (s *stage) openDatabase(ctx context.Context) error {
	if strings.HasPrefix(s.DatabaseURL, "postgres://") || strings.HasPrefix(s.DatabaseURL, "postgresql://") {
		return s.makeSchema(ctx)
	}
	s.database = "sqlite://" + filepath.Join(s.dir, "buildkey.db")
	s.step("database", "SQLite, a file of its own")
	return nil
}

// makeSchema makes a PostgreSQL schema, which every connection to s.database then
// uses. It goes at the end, also when ctx has ended by then.
func (s *stage) makeSchema(ctx context.Context) error {
	db, err := server.OpenDB(ctx, s.DatabaseURL)
	if err != nil {
		return err
	}
	s.later(db.Close)
	name := "buildkey_demo_" + strings.ToLower(rand.Text()[:10])
	if s.database, err = inSchema(s.DatabaseURL, name); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "CREATE SCHEMA "+name); err != nil {
		return fmt.Errorf("demo: the user of --database-url cannot make a schema: %w", err)
	}
	s.later(func() error { return dropSchema(db, name) })
	s.step("database", "PostgreSQL, schema %s", name)
	return nil
}

func dropSchema(db *sqlx.DB, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if _, err := db.ExecContext(ctx, "DROP SCHEMA "+name+" CASCADE"); err != nil {
		return fmt.Errorf("demo: schema %s is left behind: %w", name, err)
	}
	return nil
}

// inSchema is the URL of the same database with another place for new tables.
func inSchema(databaseURL, name string) (string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", fmt.Errorf("demo: the database URL cannot be read")
	}
	query := u.Query()
	query.Set("search_path", name)
	u.RawQuery = query.Encode()
	return u.String(), nil
}
