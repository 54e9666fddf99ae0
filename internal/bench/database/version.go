package database

import (
	"context"
	"errors"
)

// Versions are those of PostgreSQL, asked at the address, and of SQLite, asked through a
// file in the folder.
func Versions(ctx context.Context, address, folder string) (postgres, sqlite string, err error) {
	server, err := OpenPostgres(address)
	if err != nil {
		return "", "", err
	}
	defer server.Close()
	file, err := OpenSQLite(folder, "version.db")
	if err != nil {
		return "", "", err
	}
	defer file.Close()
	err = errors.Join(
		server.GetContext(ctx, &postgres, "SHOW server_version"),
		file.GetContext(ctx, &sqlite, "SELECT sqlite_version()"),
	)
	return postgres, sqlite, err
}
