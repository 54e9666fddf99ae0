//go:build unix

package worker

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// handOver replaces the program with itself, the credential in a pipe. It
// returns only when that fails.
func handOver(c Credential) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("worker: the program cannot find itself, to start again without the credential in its environment: %w", err)
	}
	fd, err := filledPipe(c.kind + " " + c.reveal())
	if err != nil {
		return fmt.Errorf("worker: the credential cannot be put into a pipe: %w", err)
	}
	environ := append(withoutCredentials(os.Environ()), fdVariable+"="+strconv.Itoa(fd))
	err = syscall.Exec(program, os.Args, environ)
	_ = syscall.Close(fd)
	return fmt.Errorf("worker: %s cannot start again without the credential in its environment: %w", program, err)
}

// filledPipe is the reading end of a pipe that holds text and nothing after it.
// It outlives an exec.
func filledPipe(text string) (int, error) {
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		return 0, err
	}
	n, err := syscall.Write(ends[1], []byte(text))
	_ = syscall.Close(ends[1])
	if err == nil && n < len(text) {
		err = syscall.EAGAIN
	}
	return ends[0], err
}
