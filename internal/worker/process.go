package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

const (
	killDelay  = 2 * time.Second // between asking a group to stop and killing it
	drainDelay = time.Second     // for output after the process itself has ended
)

var errTimeLimit = errors.New("worker: the time limit was reached")

// process is a program to run in a session and process group of its own, without
// terminal and standard input.
type process struct {
	argv  []string
	dir   string
	env   []string
	limit time.Duration
}

// outcome is what became of a process.
type outcome struct {
	output string
	code   int   // 128+n when signal n ended it
	cut    error // why it was stopped: errTimeLimit or the context's cause; nil when it ended by itself
}

// run waits for the process and returns when nothing of its group is left. When
// ctx ends or the limit is reached the whole group is asked to stop, then killed.
// The error is about a process that could not start.
func (p process) run(ctx context.Context) (outcome, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.limit, errTimeLimit)
	defer cancel()
	reader, writer, err := os.Pipe()
	if err != nil {
		return outcome{}, fmt.Errorf("worker: no pipe for the output of %s: %w", p.argv[0], err)
	}
	defer reader.Close()
	cmd := p.command(writer)
	err = cmd.Start()
	_ = writer.Close()
	if err != nil {
		return outcome{}, fmt.Errorf("worker: %s does not start: %w", p.argv[0], err)
	}
	return wait(ctx, cmd, reader, p.limit), nil
}

func (p process) command(output *os.File) *exec.Cmd {
	cmd := exec.Command(p.argv[0], p.argv[1:]...)
	cmd.Dir, cmd.Env = p.dir, p.env
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = ownGroup()
	return cmd
}

// wait is for the process's end, then for its group's and its output's.
func wait(ctx context.Context, cmd *exec.Cmd, reader *os.File, limit time.Duration) outcome {
	output, copied := copyOutput(reader)
	cut := waitOrKill(ctx, cmd)
	kill(cmd.Process.Pid)
	select {
	case <-copied:
	case <-time.After(drainDelay): // a process that left the group holds the pipe
		_ = reader.Close()
		<-copied
	}
	return outcome{output: output.text(limitNote(cut, limit)), code: exitCode(cmd.ProcessState), cut: cut}
}

func copyOutput(reader io.Reader) (*capture, <-chan struct{}) {
	output, copied := new(capture), make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(output, reader)
	}()
	return output, copied
}

// waitOrKill waits for the process, and says why it was stopped if it was.
func waitOrKill(ctx context.Context, cmd *exec.Cmd) (cut error) {
	ended := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() { cut = stopWhenDone(ctx, cmd.Process.Pid, ended) })
	_ = cmd.Wait() // the exit code says it
	close(ended)
	watch.Wait()
	return cut
}

func stopWhenDone(ctx context.Context, group int, ended <-chan struct{}) error {
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	interrupt(group)
	select {
	case <-ended:
	case <-time.After(killDelay):
		kill(group)
	}
	return context.Cause(ctx)
}

func limitNote(cut error, limit time.Duration) string {
	if cut != errTimeLimit {
		return ""
	}
	return fmt.Sprintf("\n[buildkey: stopped after %s, the time limit of a command]\n", limit)
}

func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}
