package worker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// session is one run.
type session struct {
	cfg      Config
	api      *client
	progress progress
	run      string // sets this run's idempotency keys apart from an earlier run's

	loaded  bool // the build can be worked on
	build   build
	version version
	project project
	place   place
	recipe  recipe
	started time.Time // of cloning
	closeBy time.Time // when the last calls of a stopped build must be done
	result  Result
}

// Run works through one build and returns what became of it. A build that failed
// and was reported so is a Result without Success, not an error.
//
// Errors, with what is known of the build in Result all the same: a bad Config;
// [ErrNoCredential]; [ErrHandle]; [ErrRejected] when the key dies on the way;
// [ErrFinal] when the build is final already or becomes so; [ErrUnsure] when nobody
// here knows whether it has ended; an error that wraps ctx's cause when ctx ends
// before the call that finishes the build was made, after the running command's group was killed, the
// checkout removed, the build patched to cancelled and the key revoked, all
// within Config.Grace; and any other trouble of the worker's own, with the build
// finished as failed where the server can still be reached.
func Run(ctx context.Context, cfg Config) (Result, error) {
	cfg, err := cfg.ready()
	if err != nil {
		return Result{}, err
	}
	if cfg.exposed() {
		cfg.Logger.Warn("the key crosses the network unencrypted: use https", "server", cfg.Server)
	}
	api, err := connect(ctx, cfg)
	if err != nil {
		return Result{Build: cfg.Build}, err
	}
	s := &session{cfg: cfg, api: api, progress: progress{cfg.Progress}, result: Result{Build: cfg.Build},
		run: strings.ToLower(rand.Text()[:8])}
	err = s.settle(ctx, s.guarded(ctx))
	return s.result, err
}

// guarded does the work while a keeper keeps the key alive. That the key is dead is no
// news of a build whose end was asked for.
func (s *session) guarded(parent context.Context) error {
	ctx, reject := context.WithCancelCause(parent)
	defer reject(nil)
	defer s.keep(ctx, reject)()
	err := s.work(ctx)
	asked := err == nil || err == ErrUnsure || err == ErrFinal
	if !asked && context.Cause(ctx) == ErrRejected {
		return ErrRejected
	}
	return err
}

// settle is what is left to do once the work is over, however it ended.
func (s *session) settle(parent context.Context, err error) error {
	ctx, cancel := s.closing(parent)
	defer cancel()
	switch {
	case err == nil:
	case errors.Is(err, ErrUnsure):
		err = s.unsure(err)
	case errors.Is(err, ErrRejected):
		return s.stopped(err)
	case errors.Is(err, ErrFinal) || hasStatus(err, http.StatusConflict):
		err = s.becameFinal(ctx, err)
	case parent.Err() != nil:
		err = s.cancelled(ctx, context.Cause(parent))
	case s.loaded:
		err = s.troubled(ctx, err)
	}
	if s.loaded || parent.Err() != nil || s.cfg.Credential.isHandle() {
		s.revoke(ctx)
	}
	return err
}

// closing is a context for the last calls of a build that succeeded or was
// stopped: it does not end with parent but after the grace, counted once.
func (s *session) closing(parent context.Context) (context.Context, context.CancelFunc) {
	if s.closeBy.IsZero() {
		s.closeBy = time.Now().Add(s.cfg.Grace)
	}
	return context.WithDeadline(context.WithoutCancel(parent), s.closeBy)
}

// stopped notes an error that leaves nothing to report.
func (s *session) stopped(err error) error {
	s.result.Error = said(err)
	s.progress.say("build %s stopped: %s", s.cfg.Build, s.result.Error)
	return err
}

// unsure notes an end of which nothing is known.
func (s *session) unsure(err error) error {
	s.result.Error = said(err)
	s.progress.say("build %s: %s", s.cfg.Build, s.result.Error)
	return err
}

// becameFinal notes the state that someone else gave the build.
func (s *session) becameFinal(ctx context.Context, err error) error {
	if now, readErr := s.api.build(ctx, s.cfg.Build); readErr == nil {
		s.result.State = now.State
	}
	if !errors.Is(err, ErrFinal) {
		err = fmt.Errorf("%w (%s)", ErrFinal, said(err))
	}
	return s.stopped(err)
}

// cancelled tells the server that the build was interrupted here.
func (s *session) cancelled(ctx context.Context, cause error) error {
	err := fmt.Errorf("worker: build %s was interrupted: %w", s.cfg.Build, cause)
	s.report(ctx, stateCancelled, err)
	return s.stopped(err)
}

// troubled finishes a build that the worker could not go on with.
func (s *session) troubled(ctx context.Context, err error) error {
	s.report(ctx, stateFinished, err)
	return s.stopped(err)
}

func (s *session) report(ctx context.Context, state string, err error) {
	more := fields{"success": false, "error": said(err), "length": s.length()}
	if err := s.setState(ctx, state, more); err != nil {
		s.cfg.Logger.Warn("the server may not know that the build has ended", "build", s.cfg.Build, "state", state, "error", err)
	}
}

// revoke ends the key. It may fail: the key dies by itself.
func (s *session) revoke(ctx context.Context) {
	if err := s.api.revoke(ctx); err != nil {
		s.cfg.Logger.Info("the key was not revoked and dies by itself", "build", s.cfg.Build, "error", err)
		return
	}
	s.result.Revoked = true
	s.progress.say("key revoked")
}
