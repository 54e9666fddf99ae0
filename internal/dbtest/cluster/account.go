package cluster

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// account is whom the server runs as: nil, the caller itself, unless the caller
// is root, whom initdb and postgres refuse.
func account() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil {
			return credential(found)
		}
	}
	return nil, errors.New("cluster: PostgreSQL refuses to run as root, and this system has neither a user postgres nor a user nobody; add one or run the tests as another user")
}

func credential(u *user.User) (*syscall.Credential, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("cluster: user %s has the id %q, which is not a number", u.Username, u.Uid)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("cluster: user %s has the group id %q, which is not a number", u.Username, u.Gid)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// longest is how long the path of the folder above may be for the socket to stay
// within the 104 bytes that the strictest system allows.
const longest = 65

// folder makes the cluster's folder, which only owner (nil: the caller) may enter.
// It lies in /tmp where the usual place is too deep for a socket, and for root,
// whose own temporary folder the owner may be unable to reach.
func folder(owner *syscall.Credential) (string, error) {
	parent := os.TempDir()
	if owner != nil || len(parent) > longest {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "buildkey-pg-")
	if err != nil {
		return "", fmt.Errorf("cluster: make a folder for the server: %w", err)
	}
	if owner == nil {
		return dir, nil
	}
	if err := os.Chown(dir, int(owner.Uid), int(owner.Gid)); err != nil {
		_ = os.Remove(dir)
		return "", fmt.Errorf("cluster: give the server's folder to user id %d: %w", owner.Uid, err)
	}
	return dir, nil
}
