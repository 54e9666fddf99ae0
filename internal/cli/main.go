package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/internal/server"
	"github.com/buildkey/buildkey/internal/worker"
)

// Main runs the command that args name, without the program's own name before
// them, and returns its exit code. environ holds NAME=value entries, as os.Environ
// gives them. SIGINT and SIGTERM end what runs, in good order, and a later one ends
// the program at once.
func Main(args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := untilSignal()
	defer stop()
	p := program{environ: environ, stdin: stdin, stdout: stdout, stderr: stderr,
		now: time.Now, wait: wait, silence: server.Silence, takeCredential: worker.TakeCredential}
	return p.run(ctx, args)
}

// program is one run of the command and all it knows of the world.
type program struct {
	environ        []string
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	wait           func(context.Context, time.Duration) error // ends early, with an error, when the context does
	silence        time.Duration                              // of PostgreSQL beside a server, before it is given up; zero for none
	takeCredential func() (worker.Credential, error)

	begun bool // arguments and flags were good, and the command itself runs
}

// run is Main with a context in place of signals.
func (p *program) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	code, text := p.judge(command, err)
	p.complain(text)
	return code
}

// complain writes a line about what went wrong.
func (p *program) complain(text string) { fmt.Fprintln(p.stderr, "buildkey: "+text) }

// judge gives an error its exit code and its line. What comes up before the
// command itself runs is wrong usage.
func (p *program) judge(command *cobra.Command, err error) (code int, text string) {
	text = oneLine(err)
	if _, ok := errors.AsType[usageError](err); ok || isBadValue(err) {
		return 2, text
	}
	if !p.begun {
		return 2, text + fmt.Sprintf(" (see %s --help)", command.CommandPath())
	}
	return 1, text
}
