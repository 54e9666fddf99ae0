package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/buildkey/buildkey/internal/server"
)

// settleHelp is what the help of each command says that waits in settle.
const settleHelp = `
It returns 1s after the change, when every running server goes by it.`

// settle waits until no running server goes by what was true before a change, which
// is committed. A command calls it once, and then says what it did.
func (p *program) settle(ctx context.Context) error {
	if p.wait(ctx, server.Bound) != nil {
		return fmt.Errorf("interrupted: the change is made, and running servers go by it within %s", server.Bound)
	}
	return nil
}

// wait fails when ctx ends before d is over.
func wait(ctx context.Context, d time.Duration) error {
	timed, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-timed.Done()
	return ctx.Err()
}
