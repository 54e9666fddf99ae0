package cli

import (
	"os"
	"os/user"
	"strconv"
)

// actor is who the audit trail says it was: the system's user.
func actor() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return "cli:" + u.Username
	}
	return "cli:" + strconv.Itoa(os.Getuid())
}
