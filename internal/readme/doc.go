// Package readme holds the test that runs what README.md shows: its program, and
// its commands. It has no code of its own.
package readme
