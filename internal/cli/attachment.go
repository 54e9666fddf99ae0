package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/server"
	"github.com/buildkey/buildkey/middleware"
)

// attachment is the project, version and build that flags name.
type attachment struct{ project, version, build apikey.ID }

// flags adds a flag for each.
func (a *attachment) flags(set *pflag.FlagSet, does string) {
	set.Var(rowID{&a.project}, "project", "`id` of the project "+does)
	set.Var(rowID{&a.version}, "version", "`id` of the version "+does)
	set.Var(rowID{&a.build}, "build", "`id` of the build "+does)
}

// String is "project 1, version 11, build 101".
func (a attachment) String() string {
	text := "project " + string(a.project)
	if a.version != "" {
		text += ", version " + string(a.version)
	}
	if a.build != "" {
		text += ", build " + string(a.build)
	}
	return text
}

// check refuses an attachment to rows that are not there or do not belong
// together, which no key could use.
func (l ledger) check(ctx context.Context, a attachment) error {
	err := server.CheckAttachment(ctx, l.db, a.project, a.version, a.build)
	if _, bad := errors.AsType[*middleware.Problem](err); bad {
		return fmt.Errorf("the database has no %s: check the ids", a)
	}
	return err
}

// rowID is a flag's value: the id of a project, version or build of the server's.
type rowID struct{ id *apikey.ID }

// Set takes a positive integer in its usual spelling.
func (r rowID) Set(text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || strings.TrimLeft(text, "+0") != text {
		return errors.New("it is no id: give a positive integer")
	}
	*r.id = apikey.ID(text)
	return nil
}

// String is the id.
func (r rowID) String() string {
	if r.id == nil {
		return ""
	}
	return string(*r.id)
}

// Type is what help calls it.
func (rowID) Type() string { return "id" }
