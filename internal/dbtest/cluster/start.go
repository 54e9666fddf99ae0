package cluster

import (
	"context"
	"database/sql"
	_ "embed" // guard.sh
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/lib/pq" // the driver that asks whether the server is ready
)

//go:embed guard.sh
var guard string

// Cluster is a running server. It runs until [Cluster.Stop] or [Cluster.Halt], or until
// the process that started it ends, however it ends. Keep the value for as long as
// the server is needed: once it is garbage, its pipe is closed and the server stops.
type Cluster struct {
	url  string
	dir  string
	hold *os.File // the server runs while this is open
	log  *os.File
	done chan struct{} // closed when the server has stopped and its folder is gone
}

// Start makes a new cluster with the programs in bin and returns when it answers,
// after about a second. The error of a server that did not start ends with the
// last lines of its log. Cancelling ctx gives up; it does not stop a server that
// was returned.
func Start(ctx context.Context, bin string) (*Cluster, error) {
	owner, err := account()
	if err != nil {
		return nil, err
	}
	dir, err := folder(owner)
	if err != nil {
		return nil, err
	}
	c, err := launch(bin, dir, owner)
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("cluster: start the server: %w", err)
	}
	if err := c.ready(ctx); err != nil {
		c.Stop()
		return nil, fmt.Errorf("cluster: the server of %s did not start: %w\n%s", bin, err, c.lastWords())
	}
	return c, nil
}

// URL is the address of the server's one database, as its superuser.
func (c *Cluster) URL() string { return c.url }

// Stop stops the server, cutting its connections, and returns when its folder is
// gone. It may be called more than once.
func (c *Cluster) Stop() {
	_ = c.hold.Close() // closed before: stopped before
	<-c.done
}

func launch(bin, dir string, owner *syscall.Credential) (*Cluster, error) {
	log, err := unnamedFile()
	if err != nil {
		return nil, err
	}
	leash, hold, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer leash.Close()
	cmd := exec.Command("/bin/sh", "-c", guard, "guard", bin, dir, strconv.Itoa(connections()))
	cmd.Dir = "/"
	cmd.Env = withoutSettings(os.Environ())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = leash, log, log
	// A session of its own: the interrupt key is not for the server.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: owner}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, hold.Close())
	}
	c := &Cluster{url: address(dir), dir: dir, hold: hold, log: log, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		_ = cmd.Wait() // how it ended is in the log
	}()
	return c, nil
}

// connections leaves room for every package's tests at once on machines with many
// processors; PostgreSQL's own default of 100 does not.
func connections() int { return max(300, 40*runtime.NumCPU()) }

// unnamedFile has no name any more, so nobody has to remove it.
func unnamedFile() (*os.File, error) {
	f, err := os.CreateTemp("", "buildkey-pg-log-")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// withoutSettings drops PGDATA, PGPORT and their like, which would otherwise
// change where the server lives.
func withoutSettings(env []string) []string {
	return slices.DeleteFunc(env, func(v string) bool { return strings.HasPrefix(v, "PG") })
}

func address(dir string) string {
	query := url.Values{"host": {dir}, "port": {"5432"}, "sslmode": {"disable"}}
	return "postgres://postgres@/postgres?" + query.Encode()
}

func (c *Cluster) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	db, err := sql.Open("postgres", c.url)
	if err != nil {
		return err
	}
	defer db.Close()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for db.PingContext(ctx) != nil {
		select {
		case <-c.done:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

// lastWords is the end of the log.
func (c *Cluster) lastWords() string {
	const most = 2000
	info, err := c.log.Stat()
	if err != nil {
		return err.Error()
	}
	words := make([]byte, min(info.Size(), most))
	n, _ := c.log.ReadAt(words, info.Size()-int64(len(words))) // what could be read is shown
	return strings.TrimSpace(string(words[:n]))
}
