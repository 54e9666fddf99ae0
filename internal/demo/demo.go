package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// limit is the longest that a demo may take. One takes seconds, and a first one
// on a machine that never compiled anything half a minute.
const limit = 3 * time.Minute

// Config is what a demo needs. The zero Config is that of `make demo`.
type Config struct {
	// DatabaseURL is a postgres:// URL whose user may create a schema. Any other
	// one: a SQLite file of the demo's own.
	DatabaseURL string
	// Dir is in the git checkout to build; "" is the working directory. Where it
	// is in none, a small repository is made on the spot.
	Dir string
	// Program is the buildkey program that the worker is; "": this one.
	Program string
	// TempDir is where the demo's folder is for its time; "": os.TempDir().
	TempDir string
	// Environ is the environment of git and of the worker, as NAME=value. Nil:
	// os.Environ().
	Environ []string
	// Out takes what a person reads. Nil: os.Stdout.
	Out io.Writer
	// Err takes the server's warnings. Nil: os.Stderr.
	Err io.Writer
}

// Run shows it all, and removes what it made. It is an error when anything went
// another way than it should: the build failed, or a key opened what it must not.
// When ctx ends, the worker cancels the build and Run returns an error.
func Run(ctx context.Context, cfg Config) (err error) {
	cfg, err = cfg.withDefaults()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("demo: it took more than %s", limit))
	defer cancel()
	s := &stage{Config: cfg, screen: &screen{w: cfg.Out}}
	defer func() { err = errors.Join(err, s.clear()) }()
	if err := s.play(ctx); err != nil {
		return orCause(ctx, err)
	}
	return nil
}

func (c Config) withDefaults() (Config, error) {
	if c.Dir == "" {
		c.Dir = "."
	}
	if c.Environ == nil {
		c.Environ = os.Environ()
	}
	if c.Out == nil {
		c.Out = os.Stdout
	}
	if c.Err == nil {
		c.Err = os.Stderr
	}
	if c.Program != "" {
		return c, nil
	}
	program, err := os.Executable()
	if err != nil {
		err = fmt.Errorf("demo: this program cannot find itself to start the worker: %w", err)
	}
	c.Program = program
	return c, err
}

// orCause is why ctx ended, when it did: what failed then failed because of it.
func orCause(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("demo: stopped: %w", context.Cause(ctx))
}
