// Package tokens measures what it costs to check a token without any I/O: a build
// API key against the SHA-256 that a store keeps, and JSON Web Tokens.
package tokens
