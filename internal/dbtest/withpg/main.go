// Command withpg runs a command with a PostgreSQL server to test against:
//
//	go run ./internal/dbtest/withpg -- go test ./...
//
// It starts one throw-away server, puts its URL into BUILDKEY_TEST_DATABASE_URL for
// the command, and stops the server when the command ends. Where the variable is set
// already, the command is run as it is. Where PostgreSQL is not installed, it is
// installed if the caller may (see package cluster).
//
// The exit code is the command's own, 128 plus the number of the signal that ended
// it, 1 when there is no server, 2 for wrong usage, and 127 when the command could
// not be started. Signals are passed on to the command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/internal/dbtest/cluster"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "withpg: no command; usage: withpg -- COMMAND [ARGUMENT...]")
		return 2
	}
	if os.Getenv(dbtest.Variable) != "" {
		return child(args, os.Environ())
	}
	server, err := start(cluster.Usual())
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpg:", err)
		return 1
	}
	defer server.Stop()
	return child(args, append(os.Environ(), dbtest.Variable+"="+server.URL()))
}

// start starts a server, with programs that are installed first where there are none.
// A signal that comes meanwhile ends this process, and the server ends with it.
func start(places cluster.Places) (*cluster.Cluster, error) {
	ctx := context.Background()
	bin, err := cluster.Find(places)
	if errors.Is(err, cluster.ErrNotFound) {
		if err := cluster.Install(ctx, os.Stderr); err != nil {
			return nil, err
		}
		bin, err = cluster.Find(places)
	}
	if err != nil {
		return nil, err
	}
	return cluster.Start(ctx, bin)
}
