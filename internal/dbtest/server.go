package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/buildkey/buildkey/internal/dbtest/cluster"
)

// Variable names the environment variable that holds the URL (or the key=value
// connection string) of a running server. Its user must be allowed to create
// schemas. Empty: a throw-away server is started.
const Variable = "BUILDKEY_TEST_DATABASE_URL"

// server is where the schemas are made.
type server struct {
	dsn   string
	admin *sql.DB          // creates and drops schemas
	own   *cluster.Cluster // kept, so that it runs until the process ends; nil for a server that was already there
}

// shared is the process's server, found or started on first use.
var shared = sync.OnceValues(func() (*server, error) {
	return open(os.Getenv(Variable), cluster.Usual())
})

// open uses the server at dsn or, where dsn is "", starts one with the programs
// found in places.
func open(dsn string, places cluster.Places) (*server, error) {
	if dsn != "" {
		return connect(dsn)
	}
	bin, err := cluster.Find(places)
	if err != nil {
		return nil, err
	}
	own, err := cluster.Start(context.Background(), bin)
	if err != nil {
		return nil, err
	}
	s, err := connect(own.URL())
	if err != nil {
		own.Stop()
		return nil, err
	}
	s.own = own
	return s, nil
}

func connect(dsn string) (*server, error) {
	// A test that leaves a transaction open must not hang the drop of its schema.
	patient, err := with(dsn, "lock_timeout", "10000")
	if err != nil {
		return nil, err
	}
	admin, err := sql.Open("postgres", patient)
	if err == nil {
		admin.SetMaxOpenConns(2)
		err = admin.Ping()
	}
	if err != nil {
		return nil, fmt.Errorf("dbtest: the server that %s names does not answer: %w; start it, or unset the variable to get a throw-away server", Variable, err)
	}
	return &server{dsn: dsn, admin: admin}, nil
}

// with returns dsn with one more setting, which every connection made with it has.
func with(dsn, setting, value string) (string, error) {
	if !strings.Contains(dsn, "://") {
		return dsn + " " + setting + "='" + value + "'", nil
	}
	u, err := url.Parse(dsn)
	if err != nil {
		if parsing, ok := errors.AsType[*url.Error](err); ok {
			err = parsing.Err // without the URL, which holds a password
		}
		return "", fmt.Errorf("dbtest: %s is not a URL: %w", Variable, err)
	}
	query := u.Query()
	query.Set(setting, value)
	u.RawQuery = query.Encode()
	return u.String(), nil
}
