package server

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	_ "modernc.org/sqlite" // driver "sqlite"
)

// OpenDB opens the database at a URL and asks it for a sign of life:
//
//	sqlite://PATH            a file, made when it is not there; the path is relative
//	                         unless it starts with another slash
//	postgres://user@host/db  a PostgreSQL server, with lib/pq's parameters
//
// Its errors are one line, say what to do, and hold no password.
//
// Nothing but the context limits how long a statement takes.
func OpenDB(ctx context.Context, databaseURL string) (*sqlx.DB, error) {
	return openDB(ctx, databaseURL, 0)
}

// OpenDBWithin is [OpenDB] with a limit on how long PostgreSQL may say nothing while
// a statement waits for it, such as [Silence]; zero is none. The connection is then
// given up, and the statement fails.
func OpenDBWithin(ctx context.Context, databaseURL string, silence time.Duration) (*sqlx.DB, error) {
	return openDB(ctx, databaseURL, silence)
}

// openDB is OpenDBWithin.
func openDB(ctx context.Context, databaseURL string, silence time.Duration) (*sqlx.DB, error) {
	if path, ok := sqlitePath(databaseURL); ok {
		return openSQLite(ctx, path)
	}
	if strings.HasPrefix(databaseURL, "postgres://") || strings.HasPrefix(databaseURL, "postgresql://") {
		return openPostgres(ctx, databaseURL, silence)
	}
	scheme, _, _ := strings.Cut(databaseURL, ":")
	return nil, fmt.Errorf("server: a database URL that starts with %.20q is neither sqlite://PATH nor postgres://USER@HOST/NAME", scheme)
}

// sqlitePath is the path of a sqlite:// URL, as it stands: nothing in it is
// decoded.
func sqlitePath(databaseURL string) (path string, ok bool) {
	return strings.CutPrefix(databaseURL, "sqlite://")
}

// namesFile tells a path from nothing and from a database in memory, of which
// each connection would have its own.
func namesFile(path string) bool { return path != "" && !strings.HasPrefix(path, ":memory:") }

// openSQLite uses a write-ahead log, so that readers and the writer do not wait
// for each other, and flushes it at each commit: an acknowledged write outlives
// a killed process and a power cut. Transactions take the write lock at once,
// so that none fails half-way because another was faster.
func openSQLite(ctx context.Context, path string) (*sqlx.DB, error) {
	if !namesFile(path) {
		return nil, fmt.Errorf("server: sqlite://%s names no file: write sqlite://buildkey.db or sqlite:///var/lib/buildkey.db", path)
	}
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	query := url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
	db, err := sqlx.Open("sqlite", file)
	if err != nil {
		return nil, fmt.Errorf("server: open %s: %w", path, err)
	}
	db.SetMaxOpenConns(8)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		advice := cmp.Or(sqliteAdvice(err), "check that its folder exists and may be written")
		return nil, fmt.Errorf("server: %s cannot be opened as an SQLite database: %w: %s", path, err, advice)
	}
	return db, nil
}

// makePrivate makes a file that is not there yet, for this user alone: it is going
// to hold private environment variables. SQLite gives its other files the same
// permissions. What cannot be made is left to SQLite to tell.
func makePrivate(path string) error {
	file, err := os.OpenFile(linkedTo(path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil
	}
	return file.Close()
}

// listenDSN is where a cache of keys listens for changes: nowhere for SQLite.
func listenDSN(databaseURL string) string {
	if _, sqlite := sqlitePath(databaseURL); sqlite {
		return ""
	}
	return databaseURL
}

// passwordAstray tells a URL whose user and password were not found, as a / ? or #
// in the password ended the host before them: the @ that ends them comes later.
// A parameter's value may hold one.
func passwordAstray(u *url.URL) bool {
	key, _, _ := strings.Cut(u.RawQuery, "=")
	return u.User == nil && strings.Contains(u.EscapedPath()+key+u.EscapedFragment(), "@")
}

// openPostgres gives up on a server that does not let it in within seconds.
func openPostgres(ctx context.Context, databaseURL string, silence time.Duration) (*sqlx.DB, error) {
	u, err := url.Parse(databaseURL)
	if err != nil || passwordAstray(u) { // err would repeat a part of the password
		return nil, errors.New("server: the database URL is no URL: escape what is special in user and password, as in %40 for @ and %2F for /")
	}
	query := u.Query()
	if !query.Has("connect_timeout") {
		query.Set("connect_timeout", "5")
	}
	u.RawQuery = query.Encode()
	cfg, err := pq.NewConfig(u.String())
	if err != nil {
		return nil, fmt.Errorf("server: the database URL of %s is wrong: %w", cmp.Or(u.Host, "PostgreSQL"), err)
	}
	connector, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("server: PostgreSQL at %s cannot be connected to: %w", cfg.Host, err)
	}
	if silence > 0 {
		connector.Dialer(dialer{new(net.Dialer).DialContext, silence})
	}
	db := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	db.SetMaxOpenConns(32)
	db.SetMaxIdleConns(16)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("server: PostgreSQL at %s does not let us in: %w: check that it runs, and user, password, database and sslmode in the URL", cmp.Or(u.Host, cfg.Host), err)
	}
	return db, nil
}
