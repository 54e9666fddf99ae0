package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockPatience is how long a server waits for one that is on its way out.
const lockPatience = 2 * time.Second

// lockDatabase is lockFile where the URL names a file, nil otherwise.
func lockDatabase(ctx context.Context, databaseURL string) (*flock.Flock, error) {
	path, ok := sqlitePath(databaseURL)
	if !ok || !namesFile(path) {
		return nil, nil
	}
	return lockFile(ctx, path)
}

// unlock lets go of a lock, if there is one.
func unlock(lock *flock.Flock) {
	if lock != nil {
		_ = lock.Close() // the system lets go in any case
	}
}

// lockFile holds the SQLite database at path for one server, by an advisory lock
// on a file beside it, which the system lets go of when the process ends,
// however it ends. The lock is not on the database itself: closing another
// descriptor of that file would drop SQLite's own locks (fcntl(2)).
func lockFile(ctx context.Context, path string) (*flock.Flock, error) {
	path = linkedTo(path) // two names of one file are one database
	lock := flock.New(path + ".lock")
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	held, err := lock.TryLockContext(ctx, 50*time.Millisecond)
	switch {
	case held:
		return lock, nil
	case err == nil || errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("server: another server has %s open: stop it, or give this one another --database-url", path)
	}
	return nil, fmt.Errorf("server: %s.lock cannot be locked: %w: check that the folder exists, and that this user may write both", path, err)
}

// maxLinks is where Linux gives up on a chain of symbolic links, too.
const maxLinks = 40

// linkedTo is the file that a path leads to when it names a symbolic link, whether
// the file is there or not. Folders are left to the system: what stands before ".."
// may be a link itself.
func linkedTo(path string) string {
	for range maxLinks {
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			folder, _ := filepath.Split(path)
			target = folder + target
		}
		path = target
	}
	return path
}
