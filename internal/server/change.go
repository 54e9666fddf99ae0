package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// lastCalls is how long a finished build's keys live on, for what its worker
// still has to say.
const lastCalls = 30 * time.Second

// tries is how often a change starts again because the build moved meanwhile.
// Since a build only has so many states to move to, a few are enough.
const tries = 8

var errMoved = errors.New("server: the build moved between reading and writing")

// patchBuild answers PATCH /api/v2/build/{id}/.
func (s *Server) patchBuild(w http.ResponseWriter, r *http.Request) error {
	sent := readBody(w, r, maxBody)
	err := s.changeBuild(r, func(b build, shown object) (queryset.Values, error) {
		in, err := buildFields.decode(sent)
		if err != nil {
			return nil, err
		}
		if err := b.accepts(in); err != nil {
			return nil, err
		}
		if b.listsCommands(in["commands"]) {
			delete(in, "commands")
		}
		return buildFields.changes(in, shown)
	})
	if err != nil {
		return err
	}
	return s.builds.detail(w, r)
}

// resetBuild answers POST /api/v2/build/{id}/reset/. The database drops what
// hangs from a build that is set back to its start.
func (s *Server) resetBuild(w http.ResponseWriter, r *http.Request) error {
	return done(w, s.changeBuild(r, func(b build, _ object) (queryset.Values, error) {
		return queryset.Values{"state": states[0]}, b.accepts(nil)
	}))
}

// changeBuild reads the request's build, lets decide say what to write, and
// writes it if the build is still in the state that was read. Otherwise it
// starts again, so that no two changes together move a build back.
func (s *Server) changeBuild(r *http.Request, decide func(b build, shown object) (queryset.Values, error)) (err error) {
	ctx, id := r.Context(), mux.Vars(r)["id"]
	for range tries {
		err = s.inTx(ctx, func(tx *queryset.Tx) error {
			b, shown, err := s.builds.getToChange(ctx, tx, id)
			if err != nil {
				return err
			}
			set, err := decide(b, shown)
			if err == nil && len(set) > 0 {
				err = s.writeBuild(ctx, tx, b, set)
			}
			if err != nil {
				return s.builds.refusal(ctx, tx, id, err)
			}
			return nil
		})
		if !errors.Is(err, errMoved) {
			return err
		}
	}
	return conflict("moving", "others keep changing the build: try again")
}

// writeBuild writes the columns. A build that comes to its end takes its keys
// along, in the same transaction.
func (s *Server) writeBuild(ctx context.Context, tx *queryset.Tx, b build, set queryset.Values) error {
	err := builds.For(ctx).Where("state = ?", b.State).Update(ctx, tx, b.ID, set)
	if errors.Is(err, apikey.ErrNotFound) {
		return s.whyNotWritten(ctx, tx, b)
	}
	if err != nil || !isFinal(set["state"]) {
		return err
	}
	_, err = s.keys.In(tx.Tx).RevokeBuild(withActor(ctx), idOf(b.ID), lastCalls)
	return err
}

// whyNotWritten tells a build that moved from one that the caller can only read.
// Its state says nothing: it may have moved and come back by a reset.
func (s *Server) whyNotWritten(ctx context.Context, tx *queryset.Tx, b build) error {
	mine, err := s.builds.mayUpdate(ctx, tx, b.ID)
	if err == nil && mine {
		return errMoved
	}
	return cmp.Or(err, apikey.ErrNotFound)
}

// inTx runs work in a transaction, and commits it when work found no fault.
func (s *Server) inTx(ctx context.Context, work func(tx *queryset.Tx) error) error {
	tx, err := queryset.Begin(ctx, s.db)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := work(tx); err != nil {
		return err
	}
	return trouble(tx.Commit())
}
