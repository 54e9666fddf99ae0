package database

import (
	"net/url"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // driver "sqlite"
)

// connections is how many a pool opens at most.
const connections = 8

// OpenPostgres opens a pool to the address.
func OpenPostgres(address string) (*sqlx.DB, error) { return open("postgres", address) }

// OpenSQLite opens a pool to a file of that name in a folder, with a write-ahead log.
func OpenSQLite(folder, name string) (*sqlx.DB, error) {
	return open("sqlite", SQLiteDSN(folder, name))
}

// SQLiteDSN is the connection string of OpenSQLite.
func SQLiteDSN(folder, name string) string {
	file := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(folder, name))}
	file.RawQuery = url.Values{
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)", "synchronous(NORMAL)"},
		"_txlock": {"immediate"},
	}.Encode()
	return file.String()
}

func open(driver, dsn string) (*sqlx.DB, error) {
	db, err := sqlx.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := db.Ping(); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}
