// Package demo takes one real build through the reference server, and shows what
// its key opens and what it does not: what the buildkey demo command does.
//
// [Run] starts a server on the loopback interface and a worker as a process of
// its own. The worker's calls pass through a tap, which copies its key as a
// listener on the wire would. With that copy the demo tries another build while
// the key lives, and the worker's own build once it is revoked.
//
// Nothing is left behind: the files are in one temporary folder, and the tables
// on PostgreSQL in a schema of their own.
package demo
