// Package apikey says what a build API key is: its record, its format, its
// scopes, its allow list and its place in a context. It does no I/O, so that
// permissions, querysets and tests need no database; package keystore gives a
// key its life in SQL.
//
// A [Key] is the record. The [Secret] is what the worker holds, and the only
// value here that must not be seen: it prints redacted under every verb.
//
//	<prefix>_<22 id><43 secret><6 check>
//
// # What a key may do
//
// Three things limit a key at once, and each can only narrow it:
//
//   - its attachment (Project, Version, Build), fixed when it was minted;
//   - its scopes, such as "build:update", expanded into Permits by a [Catalog];
//   - its allow list, such as "build:42" or "version:*".
//
// [Key.Allows] checks the last two for one row. Package queryset checks all
// three: the scopes before it sends a statement, and the rest in that statement.
//
// # When a key is dead
//
//	state       because                          Key.Usable
//	waiting     minted, not used yet             nil
//	live        used for the first time          nil
//	in grace    revoked, with time for last      nil
//	            calls
//	lapsed      not used before ActivateBy       ErrLapsed
//	expired     ExpiresAt has come               ErrExpired
//	revoked     RevokedAt has come               ErrRevoked
//	purged      dead for longer than the         ErrUnknown (from a store)
//	            store's retention
//
// At the very instant of its expiry, lapse or revocation a key is dead, as
// RFC 7519 section 4.1.4 says of "exp". Nothing leads back from a dead state.
package apikey
