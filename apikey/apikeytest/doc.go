// Package apikeytest helps to test what an application does with build API keys,
// without a database and without waiting.
//
//   - [BuildKey], [VersionKey] and [ProjectKey] are live keys of each level, and
//     [WithKey] puts one on a request, as middleware would.
//   - [Keys] is a Verifier over a map, for a middleware.Guard. Its Catalog is that
//     of an application with resources of its own.
//   - [Clock] is a time that stands still until it is moved.
//   - [Callers] asks a handler as a key of each level, as nobody, with a dead key
//     and with a foreign one, and compares the statuses.
//
// The keys are made here and now, open nothing anywhere, and are not for
// production.
package apikeytest
