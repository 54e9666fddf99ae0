package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// oneSignal is how soon a signal may follow another and still be the same: timeout(1)
// sends its own twice, to the process and to the group that it is in.
const oneSignal = time.Second

// untilSignal is a context that SIGINT and SIGTERM end. From then on they do what
// they do to any program, so that a second one gets rid of what does not end.
func untilSignal() (ctx context.Context, stop context.CancelFunc) {
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { time.AfterFunc(oneSignal, stop) })
	return ctx, stop
}
