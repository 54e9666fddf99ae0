// Package oracle answers what a caller may do with rows, in plain Go over rows
// held in memory: it is the querysets' contract read as directly as possible,
// with no SQL in it. The property test of package queryset compares every
// statement with it.
//
// Nothing here is fast, and nothing here is shared with what it checks, apart
// from the type of a key.
package oracle
