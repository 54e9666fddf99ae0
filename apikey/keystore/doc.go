// Package keystore gives a build API key its life in SQL: minting, verifying,
// narrowing, handing over, renewing, revoking, purging. It runs on PostgreSQL
// 13 or newer and on SQLite, through a *sqlx.DB of the caller's.
//
//	store, err := keystore.New(db, keystore.Config{})
//	err = store.Migrate(ctx)
//	go store.Run(ctx)
//	key, secret, err := store.Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: "42"})
//	key, err = store.Verify(ctx, secret.Reveal())
//
// # The life cycle
//
//	state     from                             Verify          leads to
//	waiting   Create, Derive, Rotate of one    activates it    live, lapsed, in grace, revoked
//	live      the first Verify                 the key         in grace, expired, revoked
//	in grace  Revoke or Rotate with time left  the key         revoked, expired, lapsed
//	lapsed    ActivateWithin is over           ErrLapsed       revoked, purged
//	expired   TTL after the first use, or      ErrExpired      revoked, purged
//	          where Renew moved it, is over
//	revoked   Revoke, Rotate, a second         ErrRevoked      purged
//	          Unwrap, the end of the grace,
//	          the death of a key above it
//	purged    Purge, Delete                    ErrUnknown
//
// Nothing leads from a dead state to a live one, and nothing but Renew moves an
// end away: not use, not rotation, not a second revocation with more grace. A key
// in its grace can neither be renewed nor rotated; a child derived from it ends
// with it. At the very instant of its end a key is dead.
//
// # What else it does
//
//	store.In(tx).Create(ctx, spec)                     // a build and its key, or neither
//	handle, err := store.Wrap(ctx, secret, 0)          // for a queue, in place of the secret
//	secret, err = store.Unwrap(ctx, handle.Reveal())   // once; the second time revokes the key
//	child, secret, err := store.Derive(ctx, id, spec)  // weaker, never wider
//	n, err := store.RevokeBuild(ctx, "42", grace)      // when the build ends
//	err = store.AddLink(ctx, edit)                     // keys of one project reach another
//	events, err := store.Events(ctx, id)               // who did what to a key
//
// [Store.Run] does the work that no request should wait for: it writes down when
// keys were last used, and purges the long dead. Nothing else needs it.
//
// # Time
//
// The clock of every process that uses the store should be right: times are
// compared with Config.Now, not with the database's clock. Times are kept in
// microseconds.
//
// # Links
//
// Links are resolved in the statement of each verification, so that an edit
// counts at the next one. A key carries 400 at most, and what is read for them
// is bounded, however many projects list its own or are open. A process
// remembers what a key reached, together with a stamp that triggers change at
// every edit, even one made by hand. While the database has the same stamp, the
// links are not read again; after an edit of any project's, each key reads its
// own once more. Inside a transaction of the caller's nothing is remembered.
//
// # For a cache
//
// A cache that answers in Verify's place, such as package keycache, needs four more
// methods, and nothing else does: [Store.Format] to read a key's id, [Store.DB] for its
// feed of changes, [Store.Watch] for those of this process before the feed has them,
// and [Store.Used] to have a use noted that Verify has not seen.
//
// # Poolers
//
// Behind PgBouncer or another pooler in transaction mode, give lib/pq the
// connection parameter binary_parameters=yes, which sends a statement with its
// arguments in one go, and set Config.Unprepared, so that Verify prepares none.
// (PgBouncer 1.21 and newer with max_prepared_statements set can do without
// Unprepared.) Everything else here keeps to single transactions anyway; only a
// cache that listens needs a connection that bypasses the pooler.
//
// # SQLite
//
// Open the file with a busy timeout, and preferably in WAL mode, such as
// "file:keys.db?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)": a writer
// that finds another one at work then waits instead of failing.
package keystore
