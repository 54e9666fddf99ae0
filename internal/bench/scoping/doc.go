// Package scoping measures what a scope costs a statement: making the Query, and
// reading one row of PostgreSQL by it.
package scoping
