// Package database gives the benchmarks databases of their own: a PostgreSQL database
// that is dropped again, and SQLite files in a folder that is removed.
package database
