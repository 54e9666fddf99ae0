package server

import (
	"time"

	"github.com/buildkey/buildkey/internal/dialect"
)

// Bound is the longest that a server on a database with that driver may go by what
// was true before another process changed its keys or links. Who changes them beside
// running servers waits as long before it says that the change counts. SQLite is
// looked at every half Bound, which costs microseconds; PostgreSQL reports changes by
// itself, and the Bound is for a server that it cannot reach. A server too busy to
// keep up asks the database.
func Bound(driver string) time.Duration {
	if kind, err := dialect.Of(driver); err == nil && kind == dialect.SQLite {
		return 100 * time.Millisecond
	}
	return time.Second
}
