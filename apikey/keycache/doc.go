// Package keycache remembers verified keys, and never a revoked one. A [Cache] is
// a Verifier in front of a keystore.Store: a hit costs no query and no lock that
// all requests share, and after a revocation anywhere no request is let in later
// than Config.Bound.
//
//	cache, err := keycache.New(store, keycache.Config{ListenDSN: dsn})
//	go cache.Run(ctx)
//	guard := &middleware.Guard{Keys: cache}
//
// # Why a hit is never stale for longer than Bound
//
// A [Feed] reports each change of a key, link or project switch, and heartbeats
// between them, in the order in which the database committed them. A heartbeat
// counts from when it was sent: all that was committed before has been reported.
// So a request that comes less than Bound after the sending of the newest
// heartbeat can be answered from memory, and any other one goes to the database,
// until the feed is back. A process that was paused, a cut connection and a full
// queue all look alike: no heartbeat in time.
//
// A report only moves a generation counter, and an entry holds the counters as
// they were before its key was read. So what was read from before a revocation
// until after it is never used. Expiry and lapse are checked against the clock
// at every hit. A derived key dies with the keys above it as well, whose times
// an entry does not know, and is read again after each Bound.
//
// # In bad states
//
// A connection that is lost or refused is tried again after a Bound, and one that
// stays silent is given up after five, at least 2 s; memory comes back by itself.
// While the database cannot answer, a remembered key works until the Bound is over,
// and then it is apikey.ErrUnavailable.
//
// When PostgreSQL's queue of notifications is full, which any listener in an
// endless transaction brings about, a revocation fails with
// apikey.ErrUnavailable and nothing is committed. End that transaction, and the
// cache sees to it that the queue is emptied.
//
// Revocations count whatever the servers' clocks say. Expiry, lapse and the end of a
// grace are times, and each server asks its own clock. A process that was paused, or
// whose machine slept, asks the database first when it goes on. Only a virtual
// machine that was stopped together with its clocks cannot know: for up to a Bound
// of its own time it may let in a key that was revoked meanwhile.
//
// # Keys that do not exist
//
// A string that is no key costs no query. A well-formed key that does not exist is
// remembered for a moment, and a flood of different ones waits at a gate that lets
// at most a thousand reads a second through; remembered keys do not wait there.
//
// # What it follows
//
// On PostgreSQL triggers NOTIFY in the transaction that changes a row, so a change
// made by hand in psql counts too, and the cache LISTENs on a connection of its
// own (Config.ListenDSN). That needs a session: where a pooler in transaction mode
// or another database swallows notifications, no heartbeat comes back, the cache
// says so in the log and reads through. On SQLite it watches PRAGMA data_version on
// a held connection, every half Bound. Changes by this process's own Store are
// known at once on both.
//
// Without [Cache.Run] nothing is followed and every request goes to the store.
package keycache
