// Package security holds the tests of what SECURITY.md shows: the rules for secret
// scanners, and the program that checks what they find. It has no code of its own.
package security
