package worker

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

const (
	checkEvery   = 30 * time.Second // how soon a revoked key is noticed while a command runs
	checkAtLeast = 5 * time.Second  // between two calls, whatever the key's life
	renewAt      = 0.4              // of the life that was left when it was last asked for
)

// keeper renews the key of a long build before half of its remaining life is
// used up, and stops the build when the server rejects the key.
type keeper struct {
	api    *client
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error
	log    *slog.Logger
	reject context.CancelCauseFunc

	expires time.Time
	due     time.Time // when to renew; zero: never, or not known yet
}

// keep starts a keeper for the session's key. The returned func stops it and
// waits for that.
func (s *session) keep(ctx context.Context, reject context.CancelCauseFunc) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	k := &keeper{api: s.api, now: s.cfg.Now, sleep: s.cfg.Sleep, log: s.cfg.Logger, reject: reject}
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.run(ctx)
	}()
	return func() { cancel(); <-done }
}

func (k *keeper) run(ctx context.Context) {
	for k.look(ctx) && k.sleep(ctx, k.pause()) == nil {
	}
}

// look asks how long the key lives, or for a longer life when that is due, and
// tells whether to go on.
func (k *keeper) look(ctx context.Context) bool {
	renewing := !k.due.IsZero() && !k.now().Before(k.due)
	ask := k.api.whoami
	if renewing {
		ask = k.api.renew
	}
	answer, err := ask(ctx)
	switch {
	case ctx.Err() != nil:
		return false
	case errors.Is(err, ErrRejected):
		k.reject(ErrRejected)
		return false
	case err != nil:
		k.failed(renewing, err)
		return true
	}
	k.note(answer.ExpiresAt, renewing)
	return true
}

// failed keeps the build going: the key may well outlive it. A refusal to renew
// is not asked for again.
func (k *keeper) failed(renewing bool, err error) {
	k.log.Warn("the key's life is not known to last", "renewing", renewing, "expires_at", k.expires, "error", err)
	if renewing && hasStatus(err, http.StatusForbidden) {
		k.due = time.Time{}
	}
}

func (k *keeper) note(expires time.Time, renewed bool) {
	switch {
	case !expires.Equal(k.expires):
		k.expires = expires
		k.due = k.now().Add(time.Duration(renewAt * float64(expires.Sub(k.now()))))
		if renewed {
			k.log.Info("the key was renewed", "expires_at", expires)
		}
	case renewed:
		k.log.Info("the key cannot live longer", "expires_at", expires)
		k.due = time.Time{}
	}
}

func (k *keeper) pause() time.Duration {
	if k.due.IsZero() {
		return checkEvery
	}
	return max(checkAtLeast, min(checkEvery, k.due.Sub(k.now())))
}
