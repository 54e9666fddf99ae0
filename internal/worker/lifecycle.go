package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"
)

const (
	slotTries    = 20
	firstSlot    = 5 * time.Second
	longestSlot  = time.Minute
	msgSlots     = "build:concurrency-limit"
	msgCheckout  = "build:checkout-failed"
	msgRecipe    = "build:config-invalid"
	msgCommand   = "build:command-failed"
	noVersionMsg = "worker: build %s has no version: trigger it with one"
)

// work takes the build from triggered to finished, and cleans up. A build that
// fails by its own doing is finished as failed and is no error.
func (s *session) work(ctx context.Context) error {
	err := s.perform(ctx)
	s.clear()
	failed, ok := errors.AsType[*failure](err)
	switch {
	case ok:
		return s.fail(ctx, failed)
	case err != nil:
		return err
	}
	return s.succeed(ctx)
}

// perform is the order of a build.
func (s *session) perform(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		s.load, s.waitForSlot, s.reset, s.clone, s.install, s.runCommands, s.upload,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) clear() {
	if err := s.place.remove(); err != nil {
		s.cfg.Logger.Warn("the build's folder could not be removed", "build", s.cfg.Build, "error", err)
	}
}

// load reads the build, its version and its project.
func (s *session) load(ctx context.Context) (err error) {
	if s.build, err = s.api.build(ctx, s.cfg.Build); err != nil {
		return err
	}
	s.result.State = s.build.State
	switch {
	case final(s.build.State):
		return fmt.Errorf("%w (it is %s)", ErrFinal, cleanLine(s.build.State))
	case s.build.Version == 0:
		return fmt.Errorf(noVersionMsg, s.cfg.Build)
	}
	if s.version, err = s.api.version(ctx, s.build.Version); err != nil {
		return err
	}
	if s.project, err = s.api.project(ctx, s.build.Project); err != nil {
		return err
	}
	s.loaded = true
	s.result.Project, s.result.Version = s.project.Slug, s.version.Slug
	s.progress.say("build %s: project %s, version %s", s.cfg.Build, s.project.Slug, s.version.Slug)
	return nil
}

// waitForSlot waits until the project may run one more build, for about a
// quarter of an hour.
func (s *session) waitForSlot(ctx context.Context) error {
	wait := firstSlot
	for range slotTries {
		now, err := s.api.slots(ctx, s.project.Slug)
		if err != nil || !now.LimitReached {
			return err
		}
		s.progress.say("waiting %s: %d of %d builds of the project run", wait, now.Concurrent, now.Max)
		if err := s.cfg.Sleep(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, longestSlot)
	}
	return newFailure(msgSlots, errors.New("the project's other builds left no slot: trigger the build again later"))
}

func (s *session) reset(ctx context.Context) error { return s.api.reset(ctx, s.cfg.Build) }

// clone checks the code out.
func (s *session) clone(ctx context.Context) (err error) {
	s.started = s.now()
	if err := s.setState(ctx, stateCloning, fields{"builder": s.cfg.Name, "task_executed_at": s.started}); err != nil {
		return err
	}
	from, err := parseRemote(s.project.Repo)
	if err != nil {
		return newFailure(msgCheckout, err)
	}
	want := cmp.Or(s.build.Commit, s.version.Identifier, s.version.Slug)
	s.progress.say("cloning %s at %s", from.location, want)
	if s.place, err = newPlace(s.cfg.TempDir, s.cfg.Build); err != nil {
		return err
	}
	s.result.Commit, err = newGit(s.cfg, from).checkOut(ctx, from, want, s.place.checkout)
	if err != nil {
		return orStopped(ctx, newFailure(msgCheckout, err))
	}
	s.progress.say("checked out %s", s.result.Commit)
	return nil
}

// install reads what is to be done and says so.
func (s *session) install(ctx context.Context) (err error) {
	if s.recipe, err = readRecipe(s.place.checkout); err != nil {
		return newFailure(msgRecipe, err)
	}
	if !s.recipe.fromFile {
		s.progress.say("no %s: the tree is listed and its lines are counted", recipeName)
	}
	return s.setState(ctx, stateInstalling, fields{"commit": s.result.Commit, "config": s.recipe})
}

// upload patches the version with what the commands left.
func (s *session) upload(ctx context.Context) error {
	found := findArtifacts(s.place.output)
	if err := s.setState(ctx, stateUploading, nil); err != nil {
		return err
	}
	return s.api.patchVersion(ctx, s.version.ID, found.result(s.recipe.docType(), len(s.result.Commands)))
}

func (s *session) succeed(ctx context.Context) error {
	if err := s.setState(ctx, stateFinished, fields{"success": true, "length": s.length()}); err != nil {
		return err
	}
	s.result.Success = true
	s.progress.say("build %s succeeded after %s", s.cfg.Build, seconds(s.result.Length))
	return nil
}

// fail tells people why and finishes the build. The version keeps its last
// result.
func (s *session) fail(ctx context.Context, f *failure) error {
	s.result.Error = s.api.key.redact(f.text)
	if err := s.api.notify(ctx, s.build.ID, f); err != nil {
		return err
	}
	err := s.setState(ctx, stateFinished, fields{"success": false, "error": s.result.Error, "length": s.length()})
	if err != nil {
		return err
	}
	s.progress.say("build %s failed after %s: %s", s.cfg.Build, seconds(s.result.Length), s.result.Error)
	return nil
}

// setState patches the build. A 409 to a state that the build is in already is
// the answer to a retry of a call that got through. Of a last state in doubt the
// server is asked before anything is said or done.
func (s *session) setState(ctx context.Context, state string, more fields) error {
	set := fields{"state": state}
	maps.Copy(set, more)
	err := s.api.patchBuild(ctx, s.cfg.Build, set)
	switch {
	case final(state) && doubtful(err):
		return s.confirm(ctx, set, err)
	case hasStatus(err, http.StatusConflict) && s.reached(ctx, set):
		err = nil
	}
	if err == nil {
		s.result.State = state
	}
	return err
}

func (s *session) reached(ctx context.Context, set fields) bool {
	now, err := s.api.build(ctx, s.cfg.Build)
	return err == nil && now.has(set)
}

func (s *session) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }

// length is the time since cloning began, in whole seconds as the server keeps it.
func (s *session) length() int64 {
	if s.started.IsZero() {
		return 0
	}
	s.result.Length = s.now().Sub(s.started)
	return int64(s.result.Length.Round(time.Second) / time.Second)
}

// orStopped is the context's cause when that has ended, since what failed then
// failed because of it.
func orStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
