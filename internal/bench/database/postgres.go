package database

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq" // driver "postgres"

	"github.com/buildkey/buildkey/internal/dbtest"
)

// Postgres creates a database on the server that BUILDKEY_TEST_DATABASE_URL names, and
// returns its URL and what drops it again.
func Postgres() (address string, drop func() error, err error) {
	server, err := url.Parse(os.Getenv(dbtest.Variable))
	if err != nil || !strings.HasPrefix(server.Scheme, "postgres") {
		return "", nil, fmt.Errorf("database: %s is no postgres:// URL: run this through make bench", dbtest.Variable)
	}
	name := "bench_" + strings.ToLower(rand.Text())
	if err := run(server.String(), "CREATE DATABASE "+name); err != nil {
		return "", nil, err
	}
	own, query := *server, server.Query()
	query.Del("search_path") // a schema that is not in it
	own.Path, own.RawQuery = "/"+name, query.Encode()
	return own.String(), func() error { return run(server.String(), "DROP DATABASE "+name+" WITH (FORCE)") }, nil
}

func run(address, statement string) error {
	db, err := sqlx.Open("postgres", address)
	if err != nil {
		return err
	}
	_, err = db.Exec(statement)
	return errors.Join(err, db.Close())
}
