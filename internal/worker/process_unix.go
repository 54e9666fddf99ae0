//go:build unix

package worker

import "syscall"

// ownGroup starts a process in its own session: its group can be killed as one,
// and it has no terminal to read from or to write into.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// interrupt asks every process of a group to stop.
func interrupt(group int) { _ = syscall.Kill(-group, syscall.SIGTERM) }

// kill ends every process of a group. One that is gone is no error.
func kill(group int) { _ = syscall.Kill(-group, syscall.SIGKILL) }
