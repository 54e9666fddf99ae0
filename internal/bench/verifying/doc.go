// Package verifying measures what it costs to verify a key in a database, beside
// reading its row by hand, and from memory.
package verifying
