package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// conclude shows how it ended, and fails when that is not how it should.
func (s *stage) conclude(ctx context.Context) error {
	o, err := s.readOutcome(ctx)
	if err != nil {
		return err
	}
	dead := s.tryDead(ctx)
	s.line("")
	s.rule()
	s.showBuild(o.build)
	s.showResult(o)
	s.showAttempts("what the worker's key opened to a copy of it, while it lived", s.alive)
	s.showAttempts("and after the build", dead)
	s.rule()
	failures := []error{o.failure()}
	if len(s.alive) == 0 {
		failures = append(failures, errors.New("demo: the worker never used its key"))
	}
	for _, a := range append(s.alive, dead...) {
		failures = append(failures, a.failure())
	}
	return errors.Join(failures...)
}

func (s *stage) showBuild(b buildRow) {
	result := "no result"
	if b.Success != nil {
		result = map[bool]string{true: "success", false: "failure"}[*b.Success]
	}
	s.line(fmt.Sprintf("build %d of %s: %s, %s", b.ID, s.source.name, b.State, result))
	if b.Commit != nil {
		s.line("commit " + *b.Commit)
	}
	s.line("")
	s.line("  exit     time  command")
	for _, c := range b.Commands {
		s.line(c.String())
	}
	s.line("")
}

// String is the command as a line of the summary.
func (c commandRow) String() string {
	exit, took := "-", "-"
	if c.ExitCode != nil {
		exit = fmt.Sprint(*c.ExitCode)
	}
	if c.RunTime != nil {
		took = fmt.Sprintf("%.1f s", *c.RunTime)
	}
	return fmt.Sprintf("  %4s %8s  %s", exit, took, c.Command)
}

func (s *stage) showResult(o outcome) {
	s.step("version", "%s", o.version)
	s.step("key", "%s", s.build.keyID)
	s.step("", "%s", o.key)
	s.line("")
}

// String is the result of the version.
func (v versionRow) String() string {
	if !v.Built {
		return v.Slug + ": not built"
	}
	parts := []string{v.Slug + ": built"}
	if v.DocType != nil {
		parts = append(parts, "documentation type "+*v.DocType)
	}
	if pages, ok := v.BuildData["pages"]; ok {
		parts = append(parts, fmt.Sprintf("HTML pages: %v", pages))
	}
	return strings.Join(parts, ", ")
}

// String is the life of the key.
func (k keyRow) String() string {
	switch {
	case k.ActivatedAt == nil || k.ExpiresAt == nil:
		return "never used"
	case k.RevokedAt == nil:
		return "not revoked"
	}
	lived := k.RevokedAt.Sub(*k.ActivatedAt).Round(100 * time.Millisecond)
	return fmt.Sprintf("revoked after %s of its %s", lived, k.ExpiresAt.Sub(*k.ActivatedAt))
}

func (s *stage) showAttempts(title string, attempts []attempt) {
	s.line(title)
	for _, a := range attempts {
		s.line(a.String())
	}
	s.line("")
}
