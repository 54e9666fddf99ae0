package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// stage is one demo and all that it has set up.
type stage struct {
	Config
	*screen

	dir      string // of all files
	undo     []func() error
	source   source
	database string // its URL
	server   string // its URL
	staff    caller

	build, sibling trial

	thief caller    // who holds a copy of the worker's key
	alive []attempt // of the thief's, while the key lived
}

// later adds what is to be undone at the end, the last first.
func (s *stage) later(undo func() error) { s.undo = append(s.undo, undo) }

// clear undoes everything that was done.
func (s *stage) clear() error {
	var failures []error
	for _, undo := range slices.Backward(s.undo) {
		failures = append(failures, undo())
	}
	return errors.Join(failures...)
}

// play is the order of the demo.
func (s *stage) play(ctx context.Context) error {
	s.title("buildkey demo: one build, through a key that opens only that build")
	for _, step := range []func(context.Context) error{
		s.makeFolder, s.takeSource, s.openDatabase, s.startServer, s.trigger, s.work,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return s.conclude(ctx)
}

func (s *stage) makeFolder(context.Context) (err error) {
	s.dir, err = os.MkdirTemp(s.TempDir, "buildkey-demo-")
	if err != nil {
		return fmt.Errorf("demo: no temporary folder: %w", err)
	}
	s.later(func() error { return os.RemoveAll(s.dir) })
	s.dir, err = filepath.Abs(s.dir)
	return err
}
