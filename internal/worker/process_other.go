//go:build !unix

package worker

import (
	"os"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return nil }

func interrupt(pid int) { kill(pid) }

// kill ends one process: there are no groups here.
func kill(pid int) {
	if process, err := os.FindProcess(pid); err == nil {
		_ = process.Kill()
	}
}
